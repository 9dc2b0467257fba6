package io.patchbay.api.metrics;

import java.util.function.LongSupplier;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The node's metrics. Names follow Prometheus: {@code patchbay_commits_total}, units last ({@code _seconds}, {@code _bytes}). The same name and labels give the same meter. Any thread.
 */
@ProviderType
public interface Metrics {
    /** @param labels names and values in turn */
    Counter counter(String name, String help, String... labels);

    Timer timer(String name, String help, String... labels);

    /** A value that is read when asked for; close it to remove it. */
    AutoCloseable gauge(String name, String help, LongSupplier value, String... labels);

    interface Counter {
        void add(long amount);

        default void increment() {
            add(1);
        }
    }

    interface Timer {
        void record(long nanos);
    }
}
