package io.patchbay.engine.metrics;

import java.util.List;

/** @param labels names and values in turn */
record MeterName(String name, List<String> labels) {
    static MeterName of(String name, String... labels) {
        if (labels.length % 2 != 0) {
            throw new IllegalArgumentException("labels of " + name + " come in pairs");
        }
        return new MeterName(name, List.of(labels));
    }
}
