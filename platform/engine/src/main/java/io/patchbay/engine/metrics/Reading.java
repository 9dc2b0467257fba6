package io.patchbay.engine.metrics;

import java.util.List;

/**
 * One value of one meter.
 *
 * @param labels names and values in turn
 */
public record Reading(String name, List<String> labels, String help, Kind kind, double value) {
    public Reading {
        labels = List.copyOf(labels);
    }

    public enum Kind {
        COUNTER,
        GAUGE,
        /** Part of a timer: {@code _count}, {@code _sum} in seconds, or {@code _bucket} with the label {@code le}. */
        HISTOGRAM
    }
}
