package io.patchbay.api.metrics;

import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The node's metrics; a service, of which every bundle gets its own view. Names follow Prometheus and are checked by {@link MetricNames}; the same name and labels give the same meter.
 *
 * <p>What a bundle has registered goes with it. A counter or timer that two bundles have (the two versions of an update) counts on until the last of them goes, so an update loses no count.
 *
 * <p>Labels are for a small, known number of values. Beyond {@link io.patchbay.api.Limits#METRIC_SERIES} of one name, counts go to a series whose label values are all {@value #OTHER}. A name that
 * is another kind of metric already gives a meter that nobody reads, and a line in the log.
 *
 * <p>Any thread. Registering takes a lock, so keep the meter; counting takes none, and no memory.
 */
@ProviderType
public interface Metrics {
    /** The value of every label of what goes beyond {@link io.patchbay.api.Limits#METRIC_SERIES}. */
    String OTHER = "other";

    /** @param labels names and values in turn */
    Counter counter(String name, String help, String... labels);

    /** A total that is counted elsewhere and never falls, read when asked for; close it to remove it. */
    AutoCloseable total(String name, String help, DoubleSupplier value, String... labels);

    /** Times in a histogram of fixed bounds, which double from 0.1 ms to 13 s; the name ends in {@code _seconds}. */
    Timer timer(String name, String help, String... labels);

    /** Sizes or numbers in a histogram of fixed bounds, powers of four from 1 to 16Mi. */
    Sizes sizes(String name, String help, String... labels);

    /**
     * A value that is read when asked for; close it to remove it. The same bundle's next one of the name and labels replaces it; of several bundles' the newest shows. If reading it fails it is left
     * out, and the log says so once; NaN says that there is nothing to tell now.
     */
    AutoCloseable gauge(String name, String help, DoubleSupplier value, String... labels);

    /**
     * For gauges, totals and limits, of which a bundle may have dozens: {@code registration} registers them when metrics are asked for next, and not while the node starts. Close it to remove all that
     * it registered, or to call it off.
     *
     * @param registration called once at most, by the thread that asks; it must not wait
     */
    AutoCloseable whenAsked(Consumer<Metrics> registration);

    interface Counter {
        void add(long amount);

        default void increment() {
            add(1);
        }
    }

    interface Timer {
        void record(long nanos);
    }

    interface Sizes {
        void record(long size);
    }
}
