/** Counters, gauges, timers and sizes, and how an exporter reads them. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.metrics;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
