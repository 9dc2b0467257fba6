package io.patchbay.store.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.kv.KeyValueEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** One write while it is put together: the batch, what it does to the buckets, and which keys come and go. The writer's; each key once. */
final class Changes implements AutoCloseable {
    private static final byte[] NOTHING = {};

    private final Database database;
    private final Records records;
    private final Map<Long, Bucket> before;
    private final WriteBatch batch = new WriteBatch();
    private final Map<Long, Bucket> after = new HashMap<>();
    private final List<byte[]> added = new ArrayList<>();
    private final List<byte[]> removed = new ArrayList<>();
    private final List<Long> forgotten = new ArrayList<>();
    private long entries;

    /** @param before the buckets before this write */
    Changes(Database database, Records records, Map<Long, Bucket> before) {
        this.database = database;
        this.records = records;
        this.before = before;
    }

    void set(long bucket, String text, Optional<KeyValueEntry> entry) throws RocksDBException {
        byte[] key = text.getBytes(UTF_8);
        Place place = records.place(bucket, bucket(bucket).plainKeys(), key);
        byte[] at = place.bytes();
        Header stands = database.findHeader(at);
        if (stands != null && stands.expiresAtMs() != 0) {
            batch.delete(database.expiry, place.expiry(stands.expiresAtMs()));
        }
        if (entry.isPresent()) {
            put(place, at, key, entry.get());
        } else {
            delete(at);
        }
        int more = (entry.isPresent() ? 1 : 0) - (stands == null ? 0 : 1);
        count(bucket, more);
        if (more != 0 && !place.inClear()) {
            (more > 0 ? added : removed).add(Place.bytes(bucket, key));
        }
    }

    private void put(Place place, byte[] at, byte[] key, KeyValueEntry entry) throws RocksDBException {
        batch.put(database.entries, at, records.write(place, key, entry));
        Optional<byte[]> apart = records.writeValue(place, entry);
        if (apart.isPresent()) {
            batch.put(database.values, at, apart.get());
        }
        if (entry.expiresAtMs() != 0) {
            batch.put(database.expiry, place.expiry(entry.expiresAtMs()), NOTHING);
        }
    }

    private void delete(byte[] at) throws RocksDBException {
        batch.delete(database.entries, at);
        if (records.sealed()) {
            batch.delete(database.values, at);
        }
    }

    private void count(long number, int more) {
        after.put(number, bucket(number).plus(more));
        entries += more;
    }

    private Bucket bucket(long number) {
        Bucket changed = after.get(number);
        return changed != null ? changed : before.getOrDefault(number, Bucket.UNDEFINED);
    }

    /** Buckets of which the batch deletes all. */
    void forget(Collection<Long> buckets) {
        forgotten.addAll(buckets);
    }

    WriteBatch batch() {
        return batch;
    }

    /** The buckets that it changes, as they are afterwards. */
    Map<Long, Bucket> after() {
        return after;
    }

    List<Long> forgotten() {
        return forgotten;
    }

    /** How many entries there are more, or fewer. */
    long entries() {
        return entries;
    }

    /** Buckets and keys that were not there, of those whose keys are sealed. */
    List<byte[]> added() {
        return added;
    }

    /** Buckets and keys that are gone, of those whose keys are sealed. */
    List<byte[]> removed() {
        return removed;
    }

    @Override
    public void close() {
        batch.close();
    }
}
