/** Protocols that clients speak, and the session that a protocol drives. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.protocol;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
