package io.patchbay.store.rocksdb;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueEntry;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/** How entries are written: in clear or sealed. Any thread. */
interface Records {
    /** Reads the value of an entry that stands apart; null if there is none. */
    @FunctionalInterface
    interface ValueSource {
        byte @Nullable [] read() throws RocksDBException;
    }

    boolean sealed();

    /** @param plainKeys whether the bucket allows keys in clear */
    Place place(long bucket, boolean plainKeys, byte[] key);

    byte[] write(Place place, byte[] key, KeyValueEntry entry);

    /** What stands apart, so that a record is small; empty if all of the entry is in the record. */
    Optional<byte[]> writeValue(Place place, KeyValueEntry entry);

    /** @throws PatchbayException DATA_DAMAGED */
    byte[] readKey(Place place, byte[] record);

    /** @throws PatchbayException DATA_DAMAGED */
    KeyValueEntry read(Place place, byte[] record, ValueSource value) throws RocksDBException;

    /** What the store notes about a bucket, such as whether its keys may stand in clear. */
    byte[] writeNote(long bucket, byte[] note);

    /** @throws PatchbayException DATA_DAMAGED */
    byte[] readNote(long bucket, byte[] written);

    static PatchbayException damaged(long bucket) {
        return new PatchbayException(
                ErrorCode.DATA_DAMAGED,
                "An entry of bucket " + bucket
                        + " does not open: it was changed outside Patchbay, moved from elsewhere, or the disk has damaged it.");
    }
}
