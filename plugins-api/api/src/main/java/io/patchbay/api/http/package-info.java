/** HTTP routes, and the transport that serves them on connections it is handed. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.http;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
