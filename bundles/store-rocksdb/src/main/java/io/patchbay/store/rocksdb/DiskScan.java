package io.patchbay.store.rocksdb;

import io.patchbay.api.kv.KeyValueEntry;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Goes through the records themselves, where names are keys. */
final class DiskScan extends OpenScan {
    private final Database database;
    private final Records records;
    private final View view;
    private final RocksIterator rows;

    /** Behind the gate; {@code from} and {@code to} are places, as {@link Place#bytes} has them. */
    DiskScan(Gate gate, Set<OpenScan> open, Database database, Records records, byte[] from, byte[] to) {
        super(gate, open);
        this.database = database;
        this.records = records;
        this.view = database.view(to);
        this.rows = database.iterate(database.entries, view);
        rows.seek(from);
    }

    @Override
    @Nullable
    KeyValueEntry step() throws RocksDBException {
        if (!rows.isValid()) {
            rows.status();
            return null;
        }
        byte[] at = rows.key();
        Place place = new Place(Place.bucketOf(at), true, Place.nameOf(at));
        KeyValueEntry entry = records.read(place, rows.value(), () -> database.get(database.values, view, at));
        rows.next();
        return entry;
    }

    @Override
    void free() {
        rows.close();
        view.close();
    }
}
