package io.patchbay.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Waits for the services that {@code bundles.list} awaits. */
final class Readiness {

    private final BundleContext context;
    private final List<BundlesList.Awaited> awaited;

    /** A permit for each change among the services since the last look. */
    private final Semaphore changes = new Semaphore(0);

    Readiness(BundleContext context, List<BundlesList.Awaited> awaited) {
        this.context = context;
        this.awaited = awaited;
        context.addServiceListener(event -> changes.release());
    }

    /** Waits until nothing is missing, or for {@code limitMs}; returns the filters that still have no service. */
    List<String> await(long limitMs) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        List<String> missing = missing();
        while (!missing.isEmpty() && changes.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            changes.drainPermits();
            missing = missing();
        }
        return missing;
    }

    private List<String> missing() {
        List<String> missing = new ArrayList<>();
        for (BundlesList.Awaited service : awaited) {
            if (find(service.filter()).length == 0) {
                missing.add(service.filter());
            }
        }
        return missing;
    }

    private ServiceReference<?>[] find(String filter) {
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(null, filter);
            return found == null ? new ServiceReference<?>[0] : found;
        } catch (InvalidSyntaxException e) {
            throw new StartException(
                    "bundles.list awaits '" + filter + "', which is no valid filter: " + e.getMessage(), e);
        }
    }
}
