package io.patchbay.testkit.session;

import io.patchbay.api.metrics.Metrics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Counts in memory; gauges are read by nobody. Any thread. */
public final class MemoryMetrics implements Metrics {
    private final Map<List<String>, AtomicLong> counts = new ConcurrentHashMap<>();

    /** What a counter came to, or how often a timer was used. */
    public long count(String name, String... labels) {
        return cell(name, labels).get();
    }

    @Override
    public Counter counter(String name, String help, String... labels) {
        return cell(name, labels)::addAndGet;
    }

    @Override
    public Timer timer(String name, String help, String... labels) {
        AtomicLong uses = cell(name, labels);
        return nanos -> uses.incrementAndGet();
    }

    @Override
    public AutoCloseable gauge(String name, String help, LongSupplier value, String... labels) {
        return () -> {};
    }

    private AtomicLong cell(String name, String... labels) {
        return counts.computeIfAbsent(List.of(name, String.join(",", labels)), unseen -> new AtomicLong());
    }
}
