/** Many documents at once, for whoever operates the node: imports that can be resumed, exports of one moment. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.transfer;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
