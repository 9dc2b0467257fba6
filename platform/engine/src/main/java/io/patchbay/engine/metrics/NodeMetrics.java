package io.patchbay.engine.metrics;

import io.patchbay.api.metrics.MetricFamily.Kind;
import io.patchbay.api.metrics.Metrics;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/** One bundle's view of the node's meters: what it registers goes when the bundle no longer uses the service. Any thread. */
@Component(service = Metrics.class, scope = ServiceScope.BUNDLE)
public final class NodeMetrics implements Metrics {
    private final MeterRegistry registry;
    private final Set<LaterMeters> laters = ConcurrentHashMap.newKeySet();
    /** Then a straggling thread of the bundle registers nothing any more. */
    private volatile boolean closed;

    @Activate
    public NodeMetrics(@Reference MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public Counter counter(String name, String help, String... labels) {
        return closed
                ? new CountedTotal()
                : registry.meter(
                        this, Kind.COUNTER, name, help, List.of(labels), CountedTotal.class, CountedTotal::new);
    }

    @Override
    public AutoCloseable total(String name, String help, DoubleSupplier value, String... labels) {
        return closed ? () -> {} : registry.value(this, Kind.COUNTER, name, help, value, List.of(labels));
    }

    @Override
    public Timer timer(String name, String help, String... labels) {
        return closed
                ? new TimedCalls()
                : registry.meter(this, Kind.HISTOGRAM, name, help, List.of(labels), TimedCalls.class, TimedCalls::new);
    }

    @Override
    public Sizes sizes(String name, String help, String... labels) {
        return closed
                ? new CountedSizes()
                : registry.meter(
                        this, Kind.HISTOGRAM, name, help, List.of(labels), CountedSizes.class, CountedSizes::new);
    }

    @Override
    public AutoCloseable gauge(String name, String help, DoubleSupplier value, String... labels) {
        return closed ? () -> {} : registry.value(this, Kind.GAUGE, name, help, value, List.of(labels));
    }

    @Override
    public AutoCloseable whenAsked(Consumer<Metrics> registration) {
        LaterMeters later = new LaterMeters(registry, registration);
        laters.add(later);
        registry.register(later);
        if (closed) {
            later.close();
        }
        return () -> {
            laters.remove(later);
            later.close();
        };
    }

    @Deactivate
    public void close() {
        closed = true;
        registry.leave(this);
        laters.forEach(LaterMeters::close);
    }
}
