package io.patchbay.store.rocksdb;

import io.patchbay.api.kv.KeyValueEntry;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** How every record begins, sealed or not. */
record Header(long revision, long updatedAtMs, long expiresAtMs) {
    static final int BYTES = 1 + 3 * Long.BYTES;
    private static final byte VERSION = 1;

    static Header of(KeyValueEntry entry) {
        return new Header(entry.revision(), entry.updatedAtMs(), entry.expiresAtMs());
    }

    void write(ByteBuffer record) {
        record.put(VERSION).putLong(revision).putLong(updatedAtMs).putLong(expiresAtMs);
    }

    /** Null if it is none that this version knows. */
    static @Nullable Header read(ByteBuffer record) {
        if (record.remaining() < BYTES || record.get() != VERSION) {
            return null;
        }
        return new Header(record.getLong(), record.getLong(), record.getLong());
    }
}
