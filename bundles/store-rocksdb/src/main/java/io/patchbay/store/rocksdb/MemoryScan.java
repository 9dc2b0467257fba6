package io.patchbay.store.rocksdb;

import io.patchbay.api.kv.KeyValueEntry;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/** Goes through the keys in memory, and reads those that were there at the moment of its view. */
final class MemoryScan extends OpenScan {
    private final Database database;
    private final Records records;
    private final KeyIndex index;
    private final View view;
    private final Iterator<byte[]> keys;

    /** Behind the gate. */
    MemoryScan(
            Gate gate, Set<OpenScan> open, Database database, Records records, KeyIndex index, byte[] from, byte[] to) {
        super(gate, open);
        this.database = database;
        this.records = records;
        this.index = index;
        index.enterReader(this);
        this.view = database.view();
        this.keys = Arrays.compareUnsigned(from, to) < 0
                ? index.between(from, to).keySet().iterator()
                : Collections.emptyIterator();
    }

    @Override
    @Nullable
    KeyValueEntry step() throws RocksDBException {
        while (keys.hasNext()) {
            byte[] key = keys.next();
            Place place = records.place(Place.bucketOf(key), false, Place.nameOf(key));
            byte[] at = place.bytes();
            byte[] record = database.get(database.entries, view, at);
            if (record != null) {
                return records.read(place, record, () -> database.get(database.values, view, at));
            }
        }
        return null;
    }

    @Override
    void free() {
        index.leave(this);
        view.close();
    }
}
