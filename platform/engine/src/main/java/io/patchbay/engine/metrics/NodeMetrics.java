package io.patchbay.engine.metrics;

import io.patchbay.api.metrics.Metrics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Component;

/** The node's meters. Counting is a LongAdder; a reader takes {@link #readings}. Any thread. */
// Immediate: the counts outlive whoever asks for them.
@Component(
        service = {Metrics.class, NodeMetrics.class},
        immediate = true)
public final class NodeMetrics implements Metrics {
    private final Map<MeterName, CountedTotal> counters = new ConcurrentHashMap<>();
    private final Map<MeterName, TimedCalls> timers = new ConcurrentHashMap<>();
    private final Map<MeterName, Gauge> gauges = new ConcurrentHashMap<>();

    private record Gauge(String help, LongSupplier value) {}

    @Override
    public Counter counter(String name, String help, String... labels) {
        return counters.computeIfAbsent(MeterName.of(name, labels), key -> new CountedTotal(help));
    }

    @Override
    public Timer timer(String name, String help, String... labels) {
        return timers.computeIfAbsent(MeterName.of(name, labels), key -> new TimedCalls(help));
    }

    @Override
    public AutoCloseable gauge(String name, String help, LongSupplier value, String... labels) {
        MeterName key = MeterName.of(name, labels);
        Gauge gauge = new Gauge(help, value);
        gauges.put(key, gauge);
        return () -> gauges.remove(key, gauge);
    }

    /** What all meters say now, by name and labels. A timer gives its count, its sum and its buckets. */
    public List<Reading> readings() {
        Readings readings = new Readings();
        counters.forEach((key, counter) -> readings.add(key, counter.help(), Reading.Kind.COUNTER, counter.total()));
        gauges.forEach((key, gauge) -> readings.add(
                key, gauge.help(), Reading.Kind.GAUGE, gauge.value().getAsLong()));
        timers.forEach(readings::add);
        return readings.sorted();
    }
}
