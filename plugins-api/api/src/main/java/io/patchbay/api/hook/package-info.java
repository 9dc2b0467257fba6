/** Own code in the way of changes: validate, enrich or refuse them before, be told of them after. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.hook;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
