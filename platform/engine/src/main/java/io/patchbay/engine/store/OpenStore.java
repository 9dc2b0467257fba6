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
    private final UseCount uses = new UseCount();

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

    boolean tryUse() {
        return uses.tryBegin();
    }

    void endUse() {
        uses.end();
    }

    /**
     * No further use begins; waits, bounded, for those under way. The store stays open: it may follow the one that took its place.
     *
     * @return whether no use is left
     */
    public boolean retire(Duration wait) {
        return uses.retire(wait);
    }

    /** Allows uses again, when this store serves (again). */
    public void revive() {
        uses.revive();
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
