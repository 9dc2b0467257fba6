/** What every part shares: the catalogue of errors and the named limits. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
