package io.patchbay.listeners;

import io.patchbay.api.http.Transport;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Providers that know one transport, or none for a moment. */
final class OneTransport implements Providers {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Transport transport;

    void set(@Nullable Transport next) {
        transport = next;
        listeners.forEach(Runnable::run);
    }

    @Override
    public <T> Lease<T> acquire(Class<T> type, String name) {
        return find(type, name).orElseThrow();
    }

    @Override
    public <T> Optional<Lease<T>> find(Class<T> type, String name) {
        Transport now = transport;
        return now == null || !name.equals(HandOver.TRANSPORT)
                ? Optional.empty()
                : Optional.of(new Held<>(type.cast(now), () -> transport == now));
    }

    @Override
    public List<String> names(Class<?> type) {
        return transport == null ? List.of() : List.of(HandOver.TRANSPORT);
    }

    @Override
    public AutoCloseable onChange(Class<?> type, Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private record Held<T>(T provider, BooleanSupplier serving) implements Lease<T> {
        @Override
        public long generation() {
            return 1;
        }

        @Override
        public boolean current() {
            return serving.getAsBoolean();
        }

        @Override
        public void close() {}
    }
}
