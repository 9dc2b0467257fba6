/** Filters as a tree, sort orders, and the byte order in which every store keeps values. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.query;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
