package io.patchbay.store.rocksdb;

import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueScan;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/** A scan that the store knows, so that it can be closed with it. Its own thread steps; closing happens between two steps. */
abstract class OpenScan implements KeyValueScan {
    private final Gate gate;
    private final Set<OpenScan> open;
    // Behind the gate, as all that was native memory.
    private boolean freed;

    OpenScan(Gate gate, Set<OpenScan> open) {
        this.gate = gate;
        this.open = open;
    }

    @Override
    public final @Nullable KeyValueEntry next() {
        return gate.<@Nullable KeyValueEntry>pass(() -> {
            if (freed) {
                throw new IllegalStateException("the scan is closed");
            }
            return step();
        });
    }

    /** Behind the gate. */
    abstract @Nullable KeyValueEntry step() throws RocksDBException;

    /** Behind the gate, once. */
    abstract void free();

    @Override
    public final void close() {
        gate.passIfOpen(this::freeOnce);
    }

    final void freeOnce() {
        if (!freed) {
            freed = true;
            open.remove(this);
            free();
        }
    }
}
