package io.patchbay.store.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueState;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/** The rows that tell of the store itself: its format, its state, its buckets, and the drops that were not finished. */
final class Meta {
    private static final byte FORMAT = 1;
    private static final byte[] FORMAT_ROW = {'f'};
    private static final byte[] STATE_ROW = {'s'};
    private static final byte BUCKET = 'b';
    private static final byte DROP = 'd';
    private static final KeyValueState NEW = new KeyValueState("", 0, 0);

    private final Database database;
    private final Records records;

    private Meta(Database database, Records records) {
        this.database = database;
        this.records = records;
    }

    /**
     * Begins a store where there is none.
     *
     * @throws PatchbayException STORE_UNAVAILABLE if it is none of ours, newer, or sealed and not to be opened so, or the reverse
     */
    static Meta open(Database database, Records records, Path directory) throws RocksDBException {
        Meta meta = new Meta(database, records);
        byte[] format = database.get(database.meta, FORMAT_ROW);
        if (format == null) {
            meta.create(directory);
            return meta;
        }
        if (format.length != 2 || format[0] != FORMAT) {
            throw refused(
                    directory,
                    "has format " + format[0] + ", and this version of store-rocksdb reads format " + FORMAT
                            + "; use the version that wrote it.");
        }
        boolean sealed = format[1] == 1;
        if (sealed && !records.sealed()) {
            throw refused(directory, "is sealed, and it was to be opened as one in clear: see data/bindings.");
        }
        if (!sealed && records.sealed()) {
            throw refused(
                    directory,
                    "is kept in clear, and it was to be opened as a sealed one: 'patchbay store swap' copies it into a sealed one.");
        }
        return meta;
    }

    private static PatchbayException refused(Path directory, String why) {
        return new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The store in " + directory + " " + why);
    }

    private void create(Path directory) throws RocksDBException {
        try (RocksIterator any = database.iterate(database.meta)) {
            any.seekToFirst();
            if (any.isValid()) {
                throw Database.foreign(directory);
            }
        }
        try (WriteBatch batch = new WriteBatch()) {
            batch.put(database.meta, FORMAT_ROW, new byte[] {FORMAT, (byte) (records.sealed() ? 1 : 0)});
            write(batch, NEW);
            database.write(batch, true);
        }
    }

    KeyValueState readState() throws RocksDBException {
        byte[] row = database.get(database.meta, STATE_ROW);
        if (row == null) {
            return NEW;
        }
        ByteBuffer state = ByteBuffer.wrap(row);
        long lastRevision = state.getLong();
        long entries = state.getLong();
        byte[] epoch = new byte[state.remaining()];
        state.get(epoch);
        return new KeyValueState(new String(epoch, UTF_8), lastRevision, entries);
    }

    void write(WriteBatch batch, KeyValueState state) throws RocksDBException {
        byte[] epoch = state.epoch().getBytes(UTF_8);
        batch.put(
                database.meta,
                STATE_ROW,
                ByteBuffer.allocate(2 * Long.BYTES + epoch.length)
                        .putLong(state.lastRevision())
                        .putLong(state.entries())
                        .put(epoch)
                        .array());
    }

    /** By their numbers. */
    Map<Long, Bucket> readBuckets() throws RocksDBException {
        Map<Long, Bucket> buckets = new ConcurrentSkipListMap<>();
        for (long bucket : numbers(BUCKET)) {
            byte[] written = database.get(database.meta, row(BUCKET, bucket));
            buckets.put(bucket, Bucket.read(records.readNote(bucket, written == null ? new byte[0] : written)));
        }
        return buckets;
    }

    void write(WriteBatch batch, long number, Bucket bucket) throws RocksDBException {
        batch.put(database.meta, row(BUCKET, number), records.writeNote(number, bucket.bytes()));
    }

    /** The bucket is gone, but for what {@link #endDrop} tells to be swept away. */
    void beginDrop(WriteBatch batch, long bucket) throws RocksDBException {
        batch.delete(database.meta, row(BUCKET, bucket));
        batch.put(database.meta, row(DROP, bucket), new byte[0]);
    }

    void endDrop(WriteBatch batch, long bucket) throws RocksDBException {
        batch.delete(database.meta, row(DROP, bucket));
    }

    List<Long> readDrops() throws RocksDBException {
        return numbers(DROP);
    }

    /** All but the format and the state. */
    void clear(WriteBatch batch) throws RocksDBException {
        for (byte kind : new byte[] {BUCKET, DROP}) {
            batch.deleteRange(database.meta, new byte[] {kind}, new byte[] {(byte) (kind + 1)});
        }
    }

    private List<Long> numbers(byte kind) throws RocksDBException {
        List<Long> numbers = new ArrayList<>();
        try (RocksIterator rows = database.iterate(database.meta)) {
            for (rows.seek(new byte[] {kind}); rows.isValid() && rows.key()[0] == kind; rows.next()) {
                numbers.add(ByteBuffer.wrap(rows.key(), 1, Long.BYTES).getLong());
            }
            rows.status();
        }
        return numbers;
    }

    private static byte[] row(byte kind, long number) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(kind).putLong(number).array();
    }
}
