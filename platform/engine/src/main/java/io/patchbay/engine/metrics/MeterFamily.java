package io.patchbay.engine.metrics;

import io.patchbay.api.Limits;
import io.patchbay.api.metrics.MetricFamily;
import io.patchbay.api.metrics.MetricSeries;
import io.patchbay.api.metrics.Metrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The meters of one name. Not thread-safe: the registry locks. */
final class MeterFamily {
    private final String help;
    private final MetricFamily.Kind kind;
    private final Map<List<String>, Meter> meters = new LinkedHashMap<>();
    private final List<Object> owners = new ArrayList<>();

    MeterFamily(MetricFamily.Kind kind, String help) {
        this.kind = kind;
        this.help = help;
    }

    /** The meter of these labels, made if there is none; beyond the limit the one that counts what is too much. Null if the family is of another kind. */
    <M extends Meter> @Nullable M meter(
            Object owner, MetricFamily.Kind asKind, List<String> labels, Class<M> type, Supplier<M> make) {
        if (kind != asKind) {
            return null;
        }
        Meter meter = meters.get(labels);
        if (meter == null) {
            meter = meters.computeIfAbsent(full() ? others(labels) : labels, unseen -> make.get());
        }
        if (!type.isInstance(meter)) {
            return null;
        }
        if (!owners.contains(owner)) {
            owners.add(owner);
        }
        return type.cast(meter);
    }

    boolean has(List<String> labels) {
        return meters.containsKey(labels);
    }

    boolean full() {
        return meters.size() >= Limits.METRIC_SERIES;
    }

    /** Whether the family is to be forgotten: it had no other owner. */
    boolean leave(Object owner) {
        if (!owners.remove(owner)) {
            return owners.isEmpty();
        }
        meters.values().removeIf(meter -> meter.leave(owner));
        return owners.isEmpty();
    }

    void remove(ReadValues meter, Object source) {
        if (meter.remove(source)) {
            meters.values().remove(meter);
        }
    }

    /** What is to be read, without the lock: reading calls the bundles. */
    Unread unread(String name) {
        return new Unread(name, help, kind, Map.copyOf(meters));
    }

    private static List<String> others(List<String> labels) {
        List<String> others = new ArrayList<>(labels);
        for (int i = 1; i < others.size(); i += 2) {
            others.set(i, Metrics.OTHER);
        }
        return others;
    }

    record Unread(String name, String help, MetricFamily.Kind kind, Map<List<String>, Meter> meters) {
        MetricFamily read() {
            List<MetricSeries> series = new ArrayList<>(meters.size());
            meters.forEach((labels, meter) ->
                    meter.read().ifPresent(reading -> series.add(new MetricSeries(byName(labels), reading))));
            series.sort(java.util.Comparator.comparing(one -> one.labels().toString()));
            return new MetricFamily(name, help, kind, series);
        }

        private static Map<String, String> byName(List<String> labels) {
            Map<String, String> byName = new TreeMap<>();
            for (int i = 0; i < labels.size(); i += 2) {
                byName.put(labels.get(i), labels.get(i + 1));
            }
            return byName;
        }
    }
}
