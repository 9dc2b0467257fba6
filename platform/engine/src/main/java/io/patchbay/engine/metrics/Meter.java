package io.patchbay.engine.metrics;

import io.patchbay.api.metrics.MetricSeries;
import java.util.Optional;

/** One series of a family. */
interface Meter {
    /** What it says now; empty if it says nothing. */
    Optional<MetricSeries.Reading> read();

    /** Forgets what reads for {@code owner}; whether nothing of the meter is left. */
    default boolean leave(Object owner) {
        return false;
    }
}
