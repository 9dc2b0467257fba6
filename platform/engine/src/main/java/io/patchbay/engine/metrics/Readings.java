package io.patchbay.engine.metrics;

import java.util.ArrayList;
import java.util.List;

/** Collects readings in a stable order. */
final class Readings {
    private static final double NANOS = 1e9;

    private final List<Reading> readings = new ArrayList<>();

    void add(MeterName key, String help, Reading.Kind kind, double value) {
        readings.add(new Reading(key.name(), key.labels(), help, kind, value));
    }

    void add(MeterName key, TimedCalls timer) {
        long calls = 0;
        for (int bucket = 0; bucket <= TimedCalls.BUCKETS; bucket++) {
            calls += timer.calls(bucket);
            String bound =
                    bucket == TimedCalls.BUCKETS ? "+Inf" : Double.toString(TimedCalls.boundNanos(bucket) / NANOS);
            List<String> labels = new ArrayList<>(key.labels());
            labels.add("le");
            labels.add(bound);
            readings.add(new Reading(key.name() + "_bucket", labels, timer.help(), Reading.Kind.HISTOGRAM, calls));
        }
        readings.add(new Reading(key.name() + "_count", key.labels(), timer.help(), Reading.Kind.HISTOGRAM, calls));
        readings.add(new Reading(
                key.name() + "_sum", key.labels(), timer.help(), Reading.Kind.HISTOGRAM, timer.sumNanos() / NANOS));
    }

    /** By name; a timer's buckets stay in the order of their bounds. */
    List<Reading> sorted() {
        readings.sort(java.util.Comparator.comparing(Reading::name));
        return readings;
    }
}
