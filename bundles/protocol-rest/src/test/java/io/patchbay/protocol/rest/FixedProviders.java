package io.patchbay.protocol.rest;

import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.util.List;
import java.util.Optional;

/** Providers that have names and are never used. */
final class FixedProviders implements Providers {
    private final List<String> names;

    FixedProviders(String... names) {
        this.names = List.of(names);
    }

    @Override
    public <T> Lease<T> acquire(Class<T> type, String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public <T> Optional<Lease<T>> find(Class<T> type, String name) {
        throw new UnsupportedOperationException(name);
    }

    @Override
    public List<String> names(Class<?> type) {
        return names;
    }

    @Override
    public AutoCloseable onChange(Class<?> type, Runnable listener) {
        return () -> {};
    }
}
