/** Documents: values, their encodings, collections, and the contract of a document store. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.document;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
