package io.patchbay.engine.metrics;

import io.patchbay.api.Limits;
import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.MetricFamily;
import io.patchbay.api.metrics.MetricNames;
import io.patchbay.api.metrics.MetricReadings;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All meters of the node, and who has registered them. Any thread.
 *
 * <p>One lock for registering and for taking the list of what is to be read; counting and reading go without it.
 */
@Component(
        service = {MeterRegistry.class, MetricReadings.class},
        immediate = true)
public final class MeterRegistry implements MetricReadings {
    private static final Logger LOG = LoggerFactory.getLogger(MeterRegistry.class);

    /** Guarded by this, as is {@link #reported}. */
    private final Map<String, MeterFamily> families = new TreeMap<>();

    private final Queue<LaterMeters> laters = new ConcurrentLinkedQueue<>();
    private final Set<String> reported = new HashSet<>();
    private final CountedTotal refused;

    @Activate
    public MeterRegistry() {
        NodeMetrics own = new NodeMetrics(this);
        refused = (CountedTotal) own.counter(
                "patchbay_metric_series_refused_total",
                "Registrations beyond the limits of metrics and of series, which count as \"other\" or not at all.");
        own.gauge("patchbay_metrics", "Metrics of different names.", this::size);
        own.whenAsked(metrics -> LimitGauges.show(metrics, "node", Limits.class));
    }

    @Override
    public List<MetricFamily> collect() {
        registerLater();
        List<MeterFamily.Unread> unread;
        synchronized (this) {
            unread = families.entrySet().stream()
                    .map(family -> family.getValue().unread(family.getKey()))
                    .toList();
        }
        return unread.stream()
                .map(MeterFamily.Unread::read)
                .filter(family -> !family.series().isEmpty())
                .toList();
    }

    /** Calls for what registers itself when asked. A lock of its own, as bundles are called: nobody is to read before all of it is there. */
    private void registerLater() {
        synchronized (laters) {
            for (LaterMeters later = laters.poll(); later != null; later = laters.poll()) {
                later.register();
            }
        }
    }

    void register(LaterMeters later) {
        laters.add(later);
    }

    void forget(LaterMeters later) {
        laters.remove(later);
    }

    /** The meter for it; one that nobody reads if the name is taken by another kind, or there are too many. */
    synchronized <M extends Meter> M meter(
            Object owner,
            MetricFamily.Kind kind,
            String name,
            String help,
            List<String> labels,
            Class<M> type,
            Supplier<M> make) {
        MetricNames.check(kind, name, labels);
        MeterFamily family = family(kind, name, help);
        if (family == null) {
            refused.add(1);
            report("", "There are " + Limits.METRICS + " metrics already, so " + name + " and others are not shown.");
            return make.get();
        }
        if (family.full() && !family.has(labels)) {
            refused.add(1);
            report(
                    name,
                    "The metric " + name + " has " + Limits.METRIC_SERIES
                            + " series already; others are counted as one.");
        }
        M meter = family.meter(owner, kind, labels, type, make);
        if (meter == null) {
            report(name, "There is a metric " + name + " of another kind already, so this one is not shown.");
            return make.get();
        }
        return meter;
    }

    synchronized AutoCloseable value(
            Object owner, MetricFamily.Kind kind, String name, String help, DoubleSupplier value, List<String> labels) {
        ReadValues values = meter(owner, kind, name, help, labels, ReadValues.class, () -> new ReadValues(name));
        Object source = values.add(owner, value);
        return () -> remove(name, values, source);
    }

    /** Forgets all that {@code owner} registered and nobody else has. */
    synchronized void leave(Object owner) {
        families.values().removeIf(family -> family.leave(owner));
    }

    private synchronized void remove(String name, ReadValues values, Object source) {
        MeterFamily family = families.get(name);
        if (family != null) {
            family.remove(values, source);
        }
    }

    private @Nullable MeterFamily family(MetricFamily.Kind kind, String name, String help) {
        MeterFamily known = families.get(name);
        if (known == null && families.size() < Limits.METRICS) {
            known = new MeterFamily(kind, help);
            families.put(name, known);
        }
        return known;
    }

    /** Once for each {@code what}, of which there are no more than metrics. */
    private void report(String what, String sentence) {
        if (reported.add(what)) {
            LOG.warn("{}", sentence);
        }
    }

    private synchronized int size() {
        return families.size();
    }
}
