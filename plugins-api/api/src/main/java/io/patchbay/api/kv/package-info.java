/** Keys and values: where they are kept, and how they are used. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.kv;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
