package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Providers that a test puts in and takes out. */
final class FakeProviders implements Providers {
    private record Provider(Object service, long generation) {}

    private final Map<String, Provider> byName = new TreeMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger leases = new AtomicInteger();
    private long generations;

    void put(String name, Object service) {
        synchronized (this) {
            byName.put(name, new Provider(service, ++generations));
        }
        listeners.forEach(Runnable::run);
    }

    void remove(String name) {
        synchronized (this) {
            byName.remove(name);
        }
        listeners.forEach(Runnable::run);
    }

    int openLeases() {
        return leases.get();
    }

    int listeners() {
        return listeners.size();
    }

    @Override
    public <T> Lease<T> acquire(Class<T> type, String name) {
        return find(type, name)
                .orElseThrow(() -> new PatchbayException(ErrorCode.UNAVAILABLE, "There is no " + name + "."));
    }

    @Override
    public synchronized <T> Optional<Lease<T>> find(Class<T> type, String name) {
        Provider provider = byName.get(name);
        if (provider == null || !type.isInstance(provider.service)) {
            return Optional.empty();
        }
        leases.incrementAndGet();
        return Optional.of(new Lease<T>() {
            @Override
            public T provider() {
                return type.cast(provider.service);
            }

            @Override
            public long generation() {
                return provider.generation;
            }

            @Override
            public boolean current() {
                synchronized (FakeProviders.this) {
                    return byName.get(name) == provider;
                }
            }

            @Override
            public void close() {
                leases.decrementAndGet();
            }
        });
    }

    @Override
    public synchronized List<String> names(Class<?> type) {
        return byName.entrySet().stream()
                .filter(entry -> type.isInstance(entry.getValue().service))
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public AutoCloseable onChange(Class<?> type, Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
