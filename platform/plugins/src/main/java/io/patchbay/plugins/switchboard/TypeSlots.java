package io.patchbay.plugins.switchboard;

import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All slots of one service type: follows the services that come and go, and decides who serves each name.
 *
 * <p>Decisions are made under one lock; services are fetched and listeners called without it. The type is kept by name, so that asking for a plugin's own type doesn't hold its class
 * loader.
 */
final class TypeSlots {
    private static final Logger LOG = LoggerFactory.getLogger(TypeSlots.class);

    private final BundleContext context;
    private final String type;
    private final Admission admission;
    private final AtomicLong generations;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, Slot> slots = new ConcurrentHashMap<>();

    /** Guards {@link #candidates}, {@link #unusable}, {@link #ending} and every {@link Slot#plug}. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final List<ServiceReference<Object>> candidates = new ArrayList<>();

    /** Candidates whose service could not be had: passed over until the next look. */
    private final Set<ServiceReference<Object>> unusable = new HashSet<>();

    private final List<Provider> ending = new ArrayList<>();

    TypeSlots(BundleContext context, String type, Admission admission, AtomicLong generations) {
        this.context = context;
        this.type = type;
        this.admission = admission;
        this.generations = generations;
    }

    void added(ServiceReference<Object> reference) {
        if (nameOf(reference) == null) {
            LOG.warn(
                    "{} of {} has no property {}, so nobody can lease it.",
                    type,
                    reference.getBundle(),
                    Providers.NAME);
        }
        update(() -> candidates.add(reference));
    }

    void modified(ServiceReference<Object> reference) {
        update(() -> unusable.remove(reference));
    }

    void removed(ServiceReference<Object> reference) {
        update(() -> {
            candidates.remove(reference);
            unusable.remove(reference);
        });
    }

    /** Providers that serve no more, but on which leases are open. */
    List<Provider> ending() {
        lock.lock();
        try {
            ending.removeIf(provider -> provider.drained().isDone());
            return List.copyOf(ending);
        } finally {
            lock.unlock();
        }
    }

    /** Looks again at who serves, because the admission of a bundle changed. */
    void reconsider() {
        update(() -> {});
    }

    /** Gives services that could not be had another chance. */
    void retryUnusable() {
        update(unusable::clear);
    }

    /** A lease on who serves {@code name} now, if he is a {@code T}; empty if nobody does. */
    <T> Optional<Lease<T>> lease(Class<T> wanted, String name) {
        Slot slot = slots.get(name);
        if (slot == null) {
            return Optional.empty();
        }
        for (Provider provider = slot.current(); provider != null; provider = slot.current()) {
            if (!provider.enter()) {
                continue;
            }
            Object service = fetch(provider);
            if (wanted.isInstance(service)) {
                return Optional.of(new SlotLease<>(slot, provider, wanted.cast(service)));
            }
            provider.leave();
            passOver(provider);
        }
        return Optional.empty();
    }

    private static @Nullable Object fetch(Provider provider) {
        try {
            return provider.service();
        } catch (RuntimeException | Error e) {
            provider.leave();
            throw e;
        }
    }

    /** Passes over a service that could not be had. */
    private void passOver(Provider provider) {
        LOG.debug("{} of {} can't be had now.", type, provider.reference().getBundle());
        update(() -> {
            if (candidates.contains(provider.reference())) {
                unusable.add(provider.reference());
            }
        });
    }

    @Nullable
    Slot find(String name) {
        return slots.get(name);
    }

    /** Those of the node's own bundles first. */
    List<String> names() {
        List<String> own = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (Slot slot : slots.values()) {
            Provider current = slot.current();
            if (current != null) {
                (isOwn(current.reference().getBundle()) ? own : others).add(slot.name());
            }
        }
        Collections.sort(own);
        Collections.sort(others);
        own.addAll(others);
        return own;
    }

    /** A core bundle that was updated is one of the node's own still: it has its start level. */
    private static boolean isOwn(@Nullable Bundle bundle) {
        BundleStartLevel level = bundle == null ? null : bundle.adapt(BundleStartLevel.class);
        return level != null && level.getStartLevel() != CoreLevels.PLUGINS;
    }

    /** Waits until something changes or {@code nanos} are over, unless {@code name} is served already. */
    void awaitChange(String name, long nanos) throws InterruptedException {
        lock.lock();
        try {
            Slot slot = slots.get(name);
            if (slot == null || slot.current() == null) {
                changed.await(nanos, TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    AutoCloseable listen(Runnable listener) {
        // A wrapper of its own: the same listener may be added twice and each close ends one.
        Runnable own = listener::run;
        listeners.add(own);
        return () -> listeners.remove(own);
    }

    String type() {
        return type;
    }

    List<Slot> slots() {
        return slots.values().stream().sorted(Comparator.comparing(Slot::name)).toList();
    }

    private void update(Runnable change) {
        boolean moved;
        lock.lock();
        try {
            change.run();
            moved = decide();
            if (moved) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (moved) {
            listeners.forEach(this::call);
        }
    }

    private void call(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("A listener to changes of {} failed.", type, e);
        }
    }

    private boolean decide() {
        boolean moved = false;
        for (ServiceReference<Object> candidate : candidates) {
            String name = nameOf(candidate);
            if (name != null) {
                slots.computeIfAbsent(name, n -> new Slot(type, n));
            }
        }
        for (Slot slot : slots.values()) {
            moved |= decide(slot);
        }
        return moved;
    }

    private boolean decide(Slot slot) {
        ServiceReference<Object> best = candidates.stream()
                .filter(candidate -> slot.name().equals(nameOf(candidate)))
                .filter(candidate -> !unusable.contains(candidate))
                .filter(candidate -> admission.admits(candidate.getBundle()))
                .max(Comparator.comparingLong((ServiceReference<Object> c) -> admission.order(c.getBundle()))
                        .thenComparing(Comparator.naturalOrder()))
                .orElse(null);
        Provider current = slot.current();
        ServiceReference<Object> serving = current == null ? null : current.reference();
        if (best == null ? serving == null : best.equals(serving)) {
            return false;
        }
        Provider before = slot.plug(best == null ? null : new Provider(context, best, generations.incrementAndGet()));
        ending.removeIf(provider -> provider.drained().isDone());
        if (before != null && !before.drained().isDone()) {
            ending.add(before);
        }
        return true;
    }

    static @Nullable String nameOf(ServiceReference<?> reference) {
        return reference.getProperty(Providers.NAME) instanceof String name && !name.isEmpty() ? name : null;
    }

    /** Whose services may serve, and who goes first. Called under the lock; must not call out. */
    interface Admission {
        /** {@code bundle} is null once the service is gone. */
        boolean admits(@Nullable Bundle bundle);

        /** Of two with one name the higher order serves; 0 if never swapped in. */
        long order(@Nullable Bundle bundle);
    }
}
