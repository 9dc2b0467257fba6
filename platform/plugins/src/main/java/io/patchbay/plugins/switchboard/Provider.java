package io.patchbay.plugins.switchboard;

import io.patchbay.api.Limits;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;

/**
 * One turn of a service in a slot: it is offered, leased, retired and, with the last lease, let go.
 *
 * <p>Callers enter (are counted) before they touch the service, so it can't be let go under them. Retiring sets a flag in the same word as the count: whoever comes later is refused
 * and looks at the slot again, which holds another provider by then. A service that serves again after it was retired gets a new turn.
 */
final class Provider {
    private static final long RETIRED = Long.MIN_VALUE;

    private final ServiceReference<Object> reference;
    private final long bundleId;
    private final long generation;
    private final @Nullable ServiceObjects<Object> objects;
    private final Holders holders = new Holders();
    private final CallFailures failures = new CallFailures();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();

    /** How often the provider whose place it took had failed lately; written before it serves. */
    private volatile int failedBefore;

    /** Open leases; the sign bit says retired. */
    private final AtomicLong leases = new AtomicLong();

    private final AtomicReference<@Nullable Object> service = new AtomicReference<>();

    Provider(BundleContext context, ServiceReference<Object> reference, long generation) {
        this.reference = reference;
        this.bundleId = bundleIdOf(reference);
        this.generation = generation;
        this.objects = context.getServiceObjects(reference);
    }

    /** False if it is retired: look at the slot again. After true, {@link #leave} must follow. */
    boolean enter() {
        if (leases.incrementAndGet() > 0) {
            return true;
        }
        leave();
        return false;
    }

    void leave() {
        if (leases.decrementAndGet() == RETIRED) {
            end();
        }
    }

    /** Takes no more leases; call after the slot points elsewhere. */
    void retire() {
        long before = leases.getAndUpdate(count -> count | RETIRED);
        if (before == 0) {
            end();
        }
    }

    /**
     * The service; null if it can't be had: it is unregistered, or its component fails to activate. Only between {@link #enter} and {@link #leave}. The first call activates a lazy
     * component, so no lock may be held.
     */
    @Nullable
    Object service() {
        Object known = service.get();
        if (known != null || objects == null) {
            return known;
        }
        Object fetched = fetch(objects);
        if (fetched != null && !service.compareAndSet(null, fetched)) {
            unget(objects, fetched);
        }
        return service.get();
    }

    private static @Nullable Object fetch(ServiceObjects<Object> objects) {
        try {
            return objects.getService();
        } catch (IllegalStateException unregistering) {
            return null;
        }
    }

    /** The service itself goes back to the framework when its bundle stops: giving it back here could deactivate a component on the thread of whoever closed the last lease. */
    private void end() {
        service.set(null);
        drained.complete(null);
    }

    private static void unget(ServiceObjects<Object> objects, Object service) {
        try {
            objects.ungetService(service);
        } catch (IllegalStateException | IllegalArgumentException gone) {
            // Unregistered in the meantime: the framework has let go for us.
        }
    }

    /** Completes when it is retired and its last lease is closed. */
    CompletableFuture<Void> drained() {
        return drained;
    }

    ServiceReference<Object> reference() {
        return reference;
    }

    /** Of the bundle that registered it, also after that has gone. */
    long bundleId() {
        return bundleId;
    }

    private static long bundleIdOf(ServiceReference<?> reference) {
        Bundle bundle = reference.getBundle();
        return bundle == null ? -1 : bundle.getBundleId();
    }

    long generation() {
        return generation;
    }

    long leases() {
        return leases.get() & ~RETIRED;
    }

    CallFailures failures() {
        return failures;
    }

    int failedBefore() {
        return failedBefore;
    }

    void takesPlaceOf(Provider before) {
        failedBefore = before.failures.count(Limits.PROBATION, System.nanoTime());
    }

    Holders holders() {
        return holders;
    }

    List<Holder> listHolders() {
        return holders.list().stream().map(SlotLease::holder).toList();
    }
}
