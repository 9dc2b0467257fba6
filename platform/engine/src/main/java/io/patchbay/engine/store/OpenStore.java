package io.patchbay.engine.store;

import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.plugin.Lease;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An open store with the lease on the adapter that it came from. Each call into the store is counted, so that closing can wait for those under way. Any thread.
 */
public final class OpenStore {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final Binding binding;
    private final DocumentStore store;
    private final Lease<DocumentStoreFactory> lease;
    private final long number = NUMBERS.incrementAndGet();
    // Guarded by this.
    private int uses;
    private boolean retired;

    OpenStore(Binding binding, DocumentStore store, Lease<DocumentStoreFactory> lease) {
        this.binding = binding;
        this.store = new ReportingStore(store, lease);
        this.lease = lease;
    }

    public Binding binding() {
        return binding;
    }

    /** For whoever owns it alone, such as a migration to it; others go through {@link StoreSlot#use}. */
    public DocumentStore store() {
        return store;
    }

    /** Unequal for every opening of a store. */
    public long number() {
        return number;
    }

    /** False once its adapter was swapped or is going: whoever owns the store closes it and opens it anew. */
    public boolean current() {
        return lease.current();
    }

    synchronized boolean tryUse() {
        if (retired) {
            return false;
        }
        uses++;
        return true;
    }

    synchronized void endUse() {
        uses--;
        if (uses == 0) {
            notifyAll();
        }
    }

    /**
     * No further use begins; waits, bounded, for those under way. The store stays open: it may follow the one that took its place.
     *
     * @return whether no use is left
     */
    public synchronized boolean retire(Duration wait) {
        retired = true;
        long deadline = System.nanoTime() + wait.toNanos();
        boolean interrupted = false;
        while (uses > 0) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                interrupted = true;
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return uses == 0;
    }

    /** Allows uses again, when this store serves (again). */
    public synchronized void revive() {
        retired = false;
    }

    /** Closes the store, then the lease. Idempotent as far as the store is. */
    public void close() {
        try {
            store.close();
        } finally {
            lease.close();
        }
    }
}
