/** State that outlives the code that wrote it: versioned records, and the swap of a store for another. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.migration;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
