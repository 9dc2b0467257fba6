package io.patchbay.engine.keyvalue;

import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.api.kv.KeyValueStoreFactory;
import io.patchbay.api.plugin.Lease;
import io.patchbay.engine.store.UseCount;
import java.util.concurrent.atomic.AtomicLong;

/** An open store with the lease on the adapter that it came from. Any thread. */
final class OpenKeyValueStore {
    private static final AtomicLong NUMBERS = new AtomicLong();

    final UseCount uses = new UseCount();
    private final KeyValueStore store;
    private final Lease<KeyValueStoreFactory> lease;
    private final long number = NUMBERS.incrementAndGet();

    OpenKeyValueStore(KeyValueStore store, Lease<KeyValueStoreFactory> lease) {
        this.store = new ReportingKeyValueStore(store, lease);
        this.lease = lease;
    }

    KeyValueStore store() {
        return store;
    }

    /** Unequal for every opening of a store. */
    long number() {
        return number;
    }

    /** False once its adapter was swapped or is going: then it is to be closed and opened anew. */
    boolean current() {
        return lease.current();
    }

    /** Closes the store, then the lease. */
    void close() {
        try {
            store.close();
        } finally {
            lease.close();
        }
    }
}
