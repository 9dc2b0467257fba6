package io.patchbay.engine.testing;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.migration.StateVersions;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Providers that a test plugs in and out. */
public final class PluggedProviders implements Providers {
    private final Map<List<Object>, Plugged> plugged = new ConcurrentHashMap<>();
    private final Map<Class<?>, List<Runnable>> listeners = new ConcurrentHashMap<>();
    private final AtomicLong generations = new AtomicLong();
    private volatile boolean waits;

    private static final class Plugged {
        final Object provider;
        final long generation;
        final StateVersions states;
        final AtomicInteger leases = new AtomicInteger();
        final AtomicInteger failures = new AtomicInteger();

        Plugged(Object provider, StateVersions states, long generation) {
            this.provider = provider;
            this.states = states;
            this.generation = generation;
        }
    }

    /** Takes the place of the one before. */
    public <T> void plug(Class<T> type, String name, T provider) {
        plug(type, name, provider, StateVersions.NONE);
    }

    /** @param states what it declares of its state */
    public <T> void plug(Class<T> type, String name, T provider, StateVersions states) {
        plugged.put(List.of(type, name), new Plugged(provider, states, generations.incrementAndGet()));
        tell(type);
    }

    public void unplug(Class<?> type, String name) {
        plugged.remove(List.of(type, name));
        tell(type);
    }

    private void tell(Class<?> type) {
        listeners.getOrDefault(type, List.of()).forEach(Runnable::run);
    }

    /** Leases on the provider that is plugged in now. */
    public int leases(Class<?> type, String name) {
        Plugged now = plugged.get(List.of(type, name));
        return now == null ? 0 : now.leases.get();
    }

    /** Calls that the provider which is plugged in now was told to have failed. */
    public int failures(Class<?> type, String name) {
        Plugged now = plugged.get(List.of(type, name));
        return now == null ? 0 : now.failures.get();
    }

    /** From now on {@link #acquire} waits for what is not there, as a node's switchboard does. */
    public void waitForMissing() {
        waits = true;
    }

    @Override
    public <T> Lease<T> acquire(Class<T> type, String name) {
        long deadline = System.nanoTime() + Limits.LEASE_WAIT.toNanos();
        while (waits && !plugged.containsKey(List.of(type, name)) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        return find(type, name)
                .orElseThrow(() -> new PatchbayException(ErrorCode.UNAVAILABLE, "Nobody offers " + name + "."));
    }

    @Override
    public <T> Optional<Lease<T>> find(Class<T> type, String name) {
        Plugged now = plugged.get(List.of(type, name));
        if (now == null) {
            return Optional.empty();
        }
        now.leases.incrementAndGet();
        T provider = type.cast(now.provider);
        return Optional.of(new Lease<>() {
            @Override
            public T provider() {
                return provider;
            }

            @Override
            public long generation() {
                return now.generation;
            }

            @Override
            public StateVersions stateVersions() {
                return now.states;
            }

            @Override
            public boolean current() {
                return plugged.get(List.of(type, name)) == now;
            }

            @Override
            public void failed(Throwable failure) {
                now.failures.incrementAndGet();
            }

            @Override
            public void close() {
                now.leases.decrementAndGet();
            }
        });
    }

    @Override
    public List<String> names(Class<?> type) {
        return plugged.keySet().stream()
                .filter(key -> key.get(0).equals(type))
                .map(key -> (String) key.get(1))
                .sorted()
                .toList();
    }

    @Override
    public AutoCloseable onChange(Class<?> type, Runnable listener) {
        List<Runnable> ofType = listeners.computeIfAbsent(type, key -> new CopyOnWriteArrayList<>());
        ofType.add(listener);
        return () -> ofType.remove(listener);
    }
}
