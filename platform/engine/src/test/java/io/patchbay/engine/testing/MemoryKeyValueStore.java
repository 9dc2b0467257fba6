package io.patchbay.engine.testing;

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
import io.patchbay.api.kv.KeyValueStoreFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A key-value store in memory, whose content outlives its closing as files would. */
public final class MemoryKeyValueStore implements KeyValueStore {
    /** What outlives the store. */
    private static final class Files {
        String epoch = "";
        long lastRevision;
        final Map<Long, ConcurrentSkipListMap<byte[], KeyValueEntry>> buckets = new ConcurrentHashMap<>();
        final Map<Long, Boolean> defined = new TreeMap<>();
    }

    /** Offers stores; closing one and opening it again finds what was there. */
    public static final class Factory implements KeyValueStoreFactory {
        /** How many batches were committed by the stores of this factory. */
        public final AtomicInteger commits = new AtomicInteger();

        public final AtomicInteger opened = new AtomicInteger();
        /** A commit takes a permit; a test that takes them all away holds the committer. */
        public final Semaphore permits = new Semaphore(Integer.MAX_VALUE);

        private final Map<Path, Files> disk;
        private volatile boolean failing;

        public Factory() {
            this(new ConcurrentHashMap<>());
        }

        private Factory(Map<Path, Files> disk) {
            this.disk = disk;
        }

        /** Another version of the same adapter. */
        public Factory nextVersion() {
            return new Factory(disk);
        }

        /** Whether the medium fails from now on. */
        public void failCommits(boolean fails) {
            failing = fails;
        }

        @Override
        public String adapter() {
            return "rocksdb";
        }

        @Override
        public KeyValueStore open(Path directory, Map<String, String> settings) {
            opened.incrementAndGet();
            return new MemoryKeyValueStore(disk.computeIfAbsent(directory, path -> new Files()), this);
        }
    }

    private final Files files;
    private final Factory factory;
    private volatile boolean closed;

    private MemoryKeyValueStore(Files files, Factory factory) {
        this.files = files;
        this.factory = factory;
    }

    private void requireOpen() {
        if (closed) {
            throw new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The store is closed.");
        }
    }

    private ConcurrentSkipListMap<byte[], KeyValueEntry> bucket(long number) {
        requireOpen();
        return files.buckets.computeIfAbsent(
                number, unseen -> new ConcurrentSkipListMap<>((Comparator<byte[]>) Arrays::compareUnsigned));
    }

    private static byte[] utf8(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public KeyValueState state() {
        requireOpen();
        long entries = files.buckets.values().stream().mapToLong(Map::size).sum();
        return new KeyValueState(files.epoch, files.lastRevision, entries);
    }

    @Override
    public void begin(String epoch, long lastRevision) {
        files.buckets.clear();
        finishLoad(epoch, lastRevision);
    }

    @Override
    public void commit(KeyValueBatch batch) {
        requireOpen();
        factory.permits.acquireUninterruptibly();
        factory.permits.release();
        if (factory.failing) {
            throw new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The medium fails.");
        }
        if (batch.lastRevision() <= files.lastRevision) {
            throw new IllegalArgumentException("revisions go up");
        }
        for (KeyValueMutation mutation : batch.mutations()) {
            if (!files.defined.containsKey(mutation.bucket()) && mutation.bucket() != 0) {
                throw new IllegalArgumentException("the bucket was not defined");
            }
            mutation.after()
                    .ifPresentOrElse(
                            entry -> bucket(mutation.bucket()).put(utf8(mutation.key()), entry),
                            () -> bucket(mutation.bucket()).remove(utf8(mutation.key())));
        }
        files.lastRevision = batch.lastRevision();
        factory.commits.incrementAndGet();
    }

    @Override
    public Optional<KeyValueEntry> find(long bucket, String key) {
        return Optional.ofNullable(bucket(bucket).get(utf8(key)));
    }

    @Override
    public KeyValueScan scan(long bucket, KeyValueRange range) {
        SortedMap<byte[], KeyValueEntry> from = bucket(bucket).tailMap(range.from());
        Iterator<KeyValueEntry> entries = (range.to().length == 0 ? from : from.headMap(range.to()))
                .values()
                .iterator();
        return new KeyValueScan() {
            @Override
            public KeyValueEntry next() {
                requireOpen();
                return entries.hasNext() ? entries.next() : null;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public List<KeyValueKey> findExpired(long nowMs, int limit) {
        requireOpen();
        return files.buckets.entrySet().stream()
                .flatMap(bucket -> bucket.getValue().values().stream()
                        .filter(entry -> entry.isExpired(nowMs))
                        .map(entry -> new KeyValueKey(bucket.getKey(), entry.key())))
                .limit(limit)
                .toList();
    }

    @Override
    public void defineBucket(long bucket, boolean plainKeys) {
        requireOpen();
        files.defined.put(bucket, plainKeys);
    }

    @Override
    public void dropBucket(long bucket) {
        requireOpen();
        files.buckets.remove(bucket);
        files.defined.remove(bucket);
    }

    @Override
    public List<KeyValueLoad> scanAll(Optional<KeyValueKey> after, int limit) {
        throw new UnsupportedOperationException("nothing migrates it");
    }

    @Override
    public void load(List<KeyValueLoad> entries) {
        throw new UnsupportedOperationException("nothing migrates it");
    }

    @Override
    public void finishLoad(String epoch, long lastRevision) {
        requireOpen();
        files.epoch = epoch;
        files.lastRevision = lastRevision;
    }

    @Override
    public Optional<String> findFault() {
        return Optional.empty();
    }

    @Override
    public void close() {
        closed = true;
    }
}
