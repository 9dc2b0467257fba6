/** What is kept encrypted: the node's own secrets, and the keys that seal them. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.crypto;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
