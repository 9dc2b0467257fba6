/** Plugins: leases on what they provide, plans, jobs, health and the component tree. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.plugin;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
