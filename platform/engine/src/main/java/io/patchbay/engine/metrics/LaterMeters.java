package io.patchbay.engine.metrics;

import io.patchbay.api.metrics.Metrics;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Meters that are registered when somebody asks for metrics, as an owner of their own, so that they go together. Any thread. */
final class LaterMeters implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LaterMeters.class);

    private final MeterRegistry registry;
    private final NodeMetrics own;
    private final Consumer<Metrics> registration;
    /** Guarded by this. */
    private boolean closed;

    LaterMeters(MeterRegistry registry, Consumer<Metrics> registration) {
        this.registry = registry;
        this.own = new NodeMetrics(registry);
        this.registration = registration;
    }

    /** Called once by the registry. */
    synchronized void register() {
        if (closed) {
            return;
        }
        try {
            registration.accept(own);
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("Some metrics of a bundle could not be registered.", e);
        }
    }

    /** If nobody has asked until now, nobody does any more: the registry must not hold what is the bundle's. */
    @Override
    public synchronized void close() {
        closed = true;
        registry.forget(this);
        own.close();
    }
}
