/** The change feed: positions and the changes between them. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.feed;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
