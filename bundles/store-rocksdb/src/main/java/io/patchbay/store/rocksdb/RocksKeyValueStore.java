package io.patchbay.store.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueBatch;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueKey;
import io.patchbay.api.kv.KeyValueLoad;
import io.patchbay.api.kv.KeyValueMutation;
import io.patchbay.api.kv.KeyValueRange;
import io.patchbay.api.kv.KeyValueScan;
import io.patchbay.api.kv.KeyValueState;
import io.patchbay.api.kv.KeyValueStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys and values in one RocksDB database.
 *
 * <p>Every write is one batch, with the state after it and the buckets that it changes, so that a crash finds all of it or nothing; commits wait for the sync. Readers see a write only after it is durable, for RocksDB applies it behind its log.
 *
 * <p>A bucket goes in one step, by a deletion of its range; only its rows in the family of expiries, which lie between those of others, are swept afterwards. Until then they lead to nothing, and whoever finds one looks whether the entry is there.
 *
 * <p>After a failed write of its log RocksDB takes no more until it is opened again; whether the write is in the log shows then. It is whole or not there at all.
 */
final class RocksKeyValueStore implements KeyValueStore {
    /** Rows of a dropped bucket that are deleted together, and rows that are looked at between two passes of the gate. */
    private static final int SWEEP_STEP = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(RocksKeyValueStore.class);

    private final Path directory;
    private final Gate gate;
    private final Database database;
    private final Records records;
    private final Meta meta;
    private final RocksMeters meters;
    private final Consumer<RocksKeyValueStore> onClosed;
    private final AutoCloseable gauges;
    private final AtomicBoolean hidden = new AtomicBoolean();
    private final Set<OpenScan> scans = ConcurrentHashMap.newKeySet();
    // Held by whoever writes: the committer, or the end of a drop that was broken off.
    private final ReentrantLock writing = new ReentrantLock();
    // Written by whoever writes, after it is durable.
    private final ConcurrentSkipListMap<Long, Bucket> buckets = new ConcurrentSkipListMap<>();
    // Of a sealed store.
    private final Optional<KeyIndex> index;
    private final Optional<Warming> warming;
    private final List<Thread> threads = new ArrayList<>();
    private volatile KeyValueState state;
    private volatile Optional<String> fault = Optional.empty();

    /** What a write does beside its entries. */
    @FunctionalInterface
    private interface Writing {
        /** @return the state afterwards */
        KeyValueState run(Changes changes) throws RocksDBException;
    }

    private RocksKeyValueStore(
            Path directory,
            RocksConfig config,
            Database database,
            Records records,
            RocksMeters meters,
            Consumer<RocksKeyValueStore> onClosed)
            throws RocksDBException {
        this.directory = directory;
        this.gate = new Gate(directory);
        this.database = database;
        this.records = records;
        this.meters = meters;
        this.onClosed = onClosed;
        this.meta = Meta.open(database, records, directory);
        this.state = meta.readState();
        buckets.putAll(meta.readBuckets());
        this.index = records.sealed() ? Optional.of(new KeyIndex(config.keyMemoryMiB())) : Optional.empty();
        this.warming = index.map(keys -> new Warming(gate, database, records, keys, this::plainKeys, state.entries()));
        this.gauges = meters.show(directory, this);
    }

    private void start() {
        startThread("store-rocksdb-sweeper", this::finishDrops);
        warming.ifPresent(one -> startThread("store-rocksdb-warming", one::run));
    }

    private void startThread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** @param onClosed told when it is closed */
    static RocksKeyValueStore open(
            Path directory,
            RocksConfig config,
            Records records,
            RocksMeters meters,
            Consumer<RocksKeyValueStore> onClosed) {
        Database database = Database.open(directory, config, !records.sealed());
        try {
            RocksKeyValueStore store = new RocksKeyValueStore(directory, config, database, records, meters, onClosed);
            store.start();
            return store;
        } catch (RocksDBException e) {
            database.close();
            throw Gate.failure(directory, e);
        } catch (RuntimeException | Error e) {
            database.close();
            throw e;
        }
    }

    // --- writing

    @Override
    public KeyValueState state() {
        return gate.pass(() -> state);
    }

    @Override
    public void begin(String epoch, long lastRevision) {
        write(true, changes -> {
            WriteBatch batch = changes.batch();
            for (ColumnFamilyHandle family : List.of(database.entries, database.values, database.expiry)) {
                batch.deleteRange(family, new byte[0], Place.end());
            }
            meta.clear(batch);
            changes.forget(buckets.keySet());
            return new KeyValueState(epoch, lastRevision, 0);
        });
    }

    @Override
    public void commit(KeyValueBatch batch) {
        Map<KeyValueKey, Optional<KeyValueEntry>> last = new LinkedHashMap<>();
        for (KeyValueMutation mutation : batch.mutations()) {
            last.put(new KeyValueKey(mutation.bucket(), mutation.key()), mutation.after());
        }
        write(true, changes -> {
            setAll(changes, last);
            return new KeyValueState(state.epoch(), batch.lastRevision(), state.entries() + changes.entries());
        });
    }

    @Override
    public void load(List<KeyValueLoad> entries) {
        Map<KeyValueKey, Optional<KeyValueEntry>> last = new LinkedHashMap<>();
        for (KeyValueLoad load : entries) {
            last.put(new KeyValueKey(load.bucket(), load.entry().key()), Optional.of(load.entry()));
        }
        write(false, changes -> {
            setAll(changes, last);
            return new KeyValueState(state.epoch(), state.lastRevision(), state.entries() + changes.entries());
        });
    }

    private static void setAll(Changes changes, Map<KeyValueKey, Optional<KeyValueEntry>> entries)
            throws RocksDBException {
        for (Map.Entry<KeyValueKey, Optional<KeyValueEntry>> one : entries.entrySet()) {
            changes.set(one.getKey().bucket(), one.getKey().key(), one.getValue());
        }
    }

    @Override
    public void finishLoad(String epoch, long lastRevision) {
        write(true, changes -> new KeyValueState(epoch, lastRevision, state.entries()));
    }

    @Override
    public void defineBucket(long bucket, boolean plainKeys) {
        Bucket stands = gate.<@Nullable Bucket>pass(() -> buckets.get(bucket));
        // At each start all are defined again: no write for those that stand.
        if (stands != null && stands.plainKeys() == plainKeys) {
            return;
        }
        write(true, changes -> {
            if (stands != null && stands.entries() > 0) {
                throw new PatchbayException(
                        ErrorCode.CONFLICT,
                        "Bucket " + bucket + " has entries, so whether its keys stand in clear can't be changed.");
            }
            changes.after().put(bucket, new Bucket(plainKeys, 0));
            return state;
        });
    }

    @Override
    public void dropBucket(long bucket) {
        write(true, changes -> {
            WriteBatch batch = changes.batch();
            byte[] begin = Place.bytes(bucket, new byte[0]);
            batch.deleteRange(database.entries, begin, Place.end(bucket));
            batch.deleteRange(database.values, begin, Place.end(bucket));
            meta.beginDrop(batch, bucket);
            changes.forget(List.of(bucket));
            long gone = buckets.getOrDefault(bucket, Bucket.UNDEFINED).entries();
            return new KeyValueState(state.epoch(), state.lastRevision(), state.entries() - gone);
        });
        sweep(bucket);
    }

    private void write(boolean durable, Writing work) {
        writing.lock();
        try {
            gate.pass(() -> {
                try (Changes changes = new Changes(database, records, buckets)) {
                    KeyValueState after = work.run(changes);
                    for (Map.Entry<Long, Bucket> bucket : changes.after().entrySet()) {
                        meta.write(changes.batch(), bucket.getKey(), bucket.getValue());
                    }
                    meta.write(changes.batch(), after);
                    write(changes, durable);
                    state = after;
                    changes.forgotten().forEach(buckets::remove);
                    buckets.putAll(changes.after());
                }
                return true;
            });
        } finally {
            writing.unlock();
        }
    }

    private void write(Changes changes, boolean durable) throws RocksDBException {
        if (index.isEmpty()) {
            write(changes.batch(), durable);
            return;
        }
        KeyIndex keys = index.get();
        keys.add(changes.added());
        try {
            write(changes.batch(), durable);
        } catch (RocksDBException e) {
            keys.remove(changes.added());
            throw e;
        }
        keys.remove(changes.removed());
        changes.forgotten().forEach(keys::removeAll);
    }

    private void write(WriteBatch batch, boolean durable) throws RocksDBException {
        try {
            long beganNanos = System.nanoTime();
            database.write(batch, durable);
            if (durable) {
                meters.commitTime.record(System.nanoTime() - beganNanos);
            }
            fault = Optional.empty();
        } catch (RocksDBException e) {
            fault = Optional.of("Writing failed: " + Gate.describe(e) + ".");
            throw e;
        }
    }

    // --- dropping

    /** Of drops that were broken off, at the opening. */
    private void finishDrops() {
        try {
            for (long bucket : gate.pass(meta::readDrops)) {
                sweep(bucket);
            }
        } catch (PatchbayException e) {
            // Closed, or the disk has failed: then the next opening finds them again.
        }
    }

    /** Deletes the rows that lead nowhere since the bucket is gone. */
    private void sweep(long bucket) {
        byte @Nullable [] from = {};
        while (from != null) {
            from = sweepSome(bucket, from);
        }
        writing.lock();
        try {
            gate.pass(() -> {
                try (WriteBatch batch = new WriteBatch()) {
                    meta.endDrop(batch, bucket);
                    write(batch, true);
                }
                return true;
            });
        } finally {
            writing.unlock();
        }
    }

    /** Returns where to go on; null at the end. */
    private byte @Nullable [] sweepSome(long bucket, byte[] from) {
        writing.lock();
        try {
            return gate.<byte @Nullable []>pass(() -> {
                try (WriteBatch batch = new WriteBatch();
                        RocksIterator rows = database.iterate(database.expiry)) {
                    rows.seek(from);
                    for (int looked = 0; rows.isValid() && looked < SWEEP_STEP; looked++) {
                        byte[] row = rows.key();
                        if (Place.bucketOf(Place.ofExpiry(row)) == bucket && !leadsToAnEntry(row)) {
                            batch.delete(database.expiry, row);
                        }
                        rows.next();
                    }
                    rows.status();
                    byte[] next = rows.isValid() ? rows.key() : null;
                    write(batch, false);
                    return next;
                }
            });
        } finally {
            writing.unlock();
        }
    }

    private boolean leadsToAnEntry(byte[] expiry) throws RocksDBException {
        Header header = database.findHeader(Place.ofExpiry(expiry));
        return header != null && header.expiresAtMs() == Place.timeOf(expiry);
    }

    // --- reading

    @Override
    public Optional<KeyValueEntry> find(long bucket, String key) {
        return gate.pass(() -> {
            Place place = place(bucket, key);
            return records.sealed() ? findSealed(place) : findPlain(place);
        });
    }

    private Optional<KeyValueEntry> findPlain(Place place) throws RocksDBException {
        byte[] record = database.get(database.entries, place.bytes());
        return record == null ? Optional.empty() : Optional.of(records.read(place, record, () -> null));
    }

    /** A record and its value are read in two steps, which must see the same moment. */
    private Optional<KeyValueEntry> findSealed(Place place) throws RocksDBException {
        try (View view = database.view()) {
            return findSealed(place, view);
        }
    }

    private Optional<KeyValueEntry> findSealed(Place place, View view) throws RocksDBException {
        byte[] at = place.bytes();
        byte[] record = database.get(database.entries, view, at);
        return record == null
                ? Optional.empty()
                : Optional.of(records.read(place, record, () -> database.get(database.values, view, at)));
    }

    private Place place(long bucket, String key) {
        return records.place(bucket, plainKeys(bucket), key.getBytes(UTF_8));
    }

    private boolean plainKeys(long bucket) {
        return buckets.getOrDefault(bucket, Bucket.UNDEFINED).plainKeys();
    }

    /** Whether the names of the bucket's keys are the keys. */
    private boolean inClear(long bucket) {
        return !records.sealed() || plainKeys(bucket);
    }

    @Override
    public KeyValueScan scan(long bucket, KeyValueRange range) {
        if (!inClear(bucket)) {
            // Not behind the gate, which a closing would wait for.
            warming.ifPresent(Warming::awaitBriefly);
        }
        return gate.pass(() -> openScan(bucket, range));
    }

    private OpenScan openScan(long bucket, KeyValueRange range) {
        byte[] from = Place.bytes(bucket, range.from());
        byte[] to = range.to().length == 0 ? Place.end(bucket) : Place.bytes(bucket, range.to());
        OpenScan scan = inClear(bucket)
                ? new DiskScan(gate, scans, database, records, from, to)
                : new MemoryScan(gate, scans, database, records, index.orElseThrow(), from, to);
        scans.add(scan);
        return scan;
    }

    @Override
    public List<KeyValueKey> findExpired(long nowMs, int limit) {
        return gate.pass(() -> {
            List<KeyValueKey> expired = new ArrayList<>();
            try (RocksIterator rows = database.iterate(database.expiry)) {
                for (rows.seekToFirst();
                        rows.isValid() && expired.size() < limit && Place.timeOf(rows.key()) <= nowMs;
                        rows.next()) {
                    if (leadsToAnEntry(rows.key())) {
                        findKey(Place.ofExpiry(rows.key())).ifPresent(expired::add);
                    }
                }
                rows.status();
            }
            return expired;
        });
    }

    /** Empty if the entry goes just now, or does not open. */
    private Optional<KeyValueKey> findKey(byte[] at) throws RocksDBException {
        long bucket = Place.bucketOf(at);
        if (inClear(bucket)) {
            return Optional.of(new KeyValueKey(bucket, Place.text(Place.nameOf(at))));
        }
        byte[] record = database.get(database.entries, at);
        if (record == null) {
            return Optional.empty();
        }
        try {
            byte[] key = records.readKey(new Place(bucket, false, Place.nameOf(at)), record);
            return Optional.of(new KeyValueKey(bucket, Place.text(key)));
        } catch (PatchbayException e) {
            // It would keep all others from expiring; the warming tells of it.
            return Optional.empty();
        }
    }

    @Override
    public List<KeyValueLoad> scanAll(Optional<KeyValueKey> after, int limit) {
        warming.ifPresent(one -> {
            one.await();
            one.requireWhole();
        });
        return gate.pass(() -> {
            List<KeyValueLoad> page = new ArrayList<>();
            byte[] from = after.map(key -> behind(key.key())).orElse(new byte[0]);
            for (long bucket : buckets.tailMap(after.map(KeyValueKey::bucket).orElse(Long.MIN_VALUE))
                    .keySet()) {
                boolean first = after.isPresent() && after.get().bucket() == bucket;
                try (OpenScan scan = openScan(bucket, new KeyValueRange(first ? from : new byte[0], new byte[0]))) {
                    KeyValueEntry entry = null;
                    while (page.size() < limit && (entry = scan.next()) != null) {
                        page.add(new KeyValueLoad(bucket, entry));
                    }
                }
                if (page.size() == limit) {
                    break;
                }
            }
            return page;
        });
    }

    /** The first that may come after the key. */
    private static byte[] behind(String key) {
        byte[] bytes = key.getBytes(UTF_8);
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    // --- the end

    @Override
    public Optional<String> findFault() {
        return gate.pass(() -> fault.or(() -> warming.flatMap(Warming::findFault)));
    }

    /** 0 once it is closed. */
    long memoryBytes() {
        long[] bytes = {0};
        gate.passIfOpen(() -> bytes[0] = database.memoryBytes());
        return bytes[0];
    }

    long keyMemoryBytes() {
        return index.map(KeyIndex::bytes).orElse(0L);
    }

    int openScans() {
        return scans.size();
    }

    @Override
    public void close() {
        if (hidden.compareAndSet(false, true)) {
            hide();
        }
        warming.ifPresent(Warming::giveUp);
        gate.close(() -> {
            List.copyOf(scans).forEach(OpenScan::freeOnce);
            database.close();
        });
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        onClosed.accept(this);
    }

    /** Not behind the gate, at which whoever reads the metrics waits. */
    private void hide() {
        try {
            gauges.close();
        } catch (Exception e) {
            LOG.warn("The metrics of {} could not be removed", directory, e);
        }
    }
}
