package io.patchbay.api.metrics;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One value of a metric.
 *
 * @param labels by name, in the order of the names
 */
public record MetricSeries(Map<String, String> labels, Reading reading) {
    public MetricSeries {
        labels = java.util.Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    /** A value as it was read. */
    public sealed interface Reading {}

    /** A number, in base units. */
    public record Amount(double value) implements Reading {}

    /**
     * How many values fell where.
     *
     * @param upperBounds in base units, rising; each belongs to its bucket
     * @param counts of each bucket alone, one more than bounds: the last is what lies beyond them
     * @param sum of all values, in base units
     */
    public record Distribution(List<Double> upperBounds, List<Long> counts, double sum) implements Reading {
        public Distribution {
            upperBounds = List.copyOf(upperBounds);
            counts = List.copyOf(counts);
        }

        public long count() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }
    }
}
