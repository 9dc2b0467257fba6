package io.patchbay.testkit.session;

import io.patchbay.api.metrics.MetricFamily.Kind;
import io.patchbay.api.metrics.MetricNames;
import io.patchbay.api.metrics.Metrics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/** Counts in memory, and refuses names as a node does. Any thread. */
public final class MemoryMetrics implements Metrics {
    private final Map<List<String>, AtomicLong> counts = new ConcurrentHashMap<>();
    private final Map<List<String>, DoubleSupplier> values = new ConcurrentHashMap<>();

    /** What a counter came to, or how often a timer or a histogram of sizes was used. */
    public long count(String name, String... labels) {
        return cell(key(name, labels)).get();
    }

    /** What a gauge or a total says now. */
    public double value(String name, String... labels) {
        DoubleSupplier value = values.get(key(name, labels));
        if (value == null) {
            throw new AssertionError("there is no gauge " + key(name, labels) + " but " + values.keySet());
        }
        return value.getAsDouble();
    }

    @Override
    public Counter counter(String name, String help, String... labels) {
        return cell(checked(Kind.COUNTER, name, labels))::addAndGet;
    }

    @Override
    public AutoCloseable total(String name, String help, DoubleSupplier value, String... labels) {
        return add(checked(Kind.COUNTER, name, labels), value);
    }

    @Override
    public Timer timer(String name, String help, String... labels) {
        AtomicLong uses = cell(checked(Kind.HISTOGRAM, name, labels));
        return nanos -> uses.incrementAndGet();
    }

    @Override
    public Sizes sizes(String name, String help, String... labels) {
        AtomicLong uses = cell(checked(Kind.HISTOGRAM, name, labels));
        return size -> uses.incrementAndGet();
    }

    @Override
    public AutoCloseable gauge(String name, String help, DoubleSupplier value, String... labels) {
        return add(checked(Kind.GAUGE, name, labels), value);
    }

    /** At once: whoever asks does so by the methods above. */
    @Override
    public AutoCloseable whenAsked(Consumer<Metrics> registration) {
        MemoryMetrics own = new MemoryMetrics();
        registration.accept(own);
        counts.putAll(own.counts);
        values.putAll(own.values);
        return () -> own.values.forEach(values::remove);
    }

    private AutoCloseable add(List<String> key, DoubleSupplier value) {
        values.put(key, value);
        return () -> values.remove(key, value);
    }

    private static List<String> checked(Kind kind, String name, String... labels) {
        MetricNames.check(kind, name, List.of(labels));
        return key(name, labels);
    }

    private static List<String> key(String name, String... labels) {
        return List.of(name, String.join(",", labels));
    }

    private AtomicLong cell(List<String> key) {
        return counts.computeIfAbsent(key, unseen -> new AtomicLong());
    }
}
