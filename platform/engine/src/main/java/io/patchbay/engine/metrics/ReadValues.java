package io.patchbay.engine.metrics;

import io.patchbay.api.metrics.MetricSeries;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A value that bundles give when asked; of several the one that came last. */
final class ReadValues implements Meter {
    private static final Logger LOG = LoggerFactory.getLogger(ReadValues.class);

    private static final class Source {
        private final Object owner;
        private final DoubleSupplier value;
        /** Whether a failure has been logged. */
        private volatile boolean reported;

        Source(Object owner, DoubleSupplier value) {
            this.owner = owner;
            this.value = value;
        }
    }

    private final String name;
    private final List<Source> sources = new CopyOnWriteArrayList<>();

    ReadValues(String name) {
        this.name = name;
    }

    /** Replaces what the owner gave before; returns what {@link #remove} takes. */
    Object add(Object owner, DoubleSupplier value) {
        leave(owner);
        Source source = new Source(owner, value);
        sources.add(source);
        return source;
    }

    /** Whether nothing is left. */
    boolean remove(Object source) {
        sources.remove(source);
        return sources.isEmpty();
    }

    @Override
    public boolean leave(Object owner) {
        sources.removeIf(source -> source.owner == owner);
        return sources.isEmpty();
    }

    @Override
    public Optional<MetricSeries.Reading> read() {
        Object[] now = sources.toArray();
        if (now.length == 0) {
            return Optional.empty();
        }
        Source newest = (Source) now[now.length - 1];
        try {
            double value = newest.value.getAsDouble();
            return Double.isNaN(value) ? Optional.empty() : Optional.of(new MetricSeries.Amount(value));
        } catch (RuntimeException | LinkageError e) {
            if (!newest.reported) {
                newest.reported = true;
                LOG.warn("The metric {} is left out because it can't be read", name, e);
            }
            return Optional.empty();
        }
    }
}
