package io.patchbay.api.metrics;

import java.util.List;

/**
 * All series of one name, by their labels; at least one.
 *
 * @param name whole, of a counter with its {@code _total}
 */
public record MetricFamily(String name, String help, Kind kind, List<MetricSeries> series) {
    public MetricFamily {
        series = List.copyOf(series);
    }

    /** What the values of a family are. */
    public enum Kind {
        /** A total since the start, an {@link MetricSeries.Amount}. */
        COUNTER,
        /** What is now, an {@link MetricSeries.Amount}. */
        GAUGE,
        /** A {@link MetricSeries.Distribution}. */
        HISTOGRAM
    }
}
