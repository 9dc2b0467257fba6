package io.patchbay.store.rocksdb;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The sealed keys of a store in memory, in order, each behind its bucket as {@link Place#bytes} puts them together.
 *
 * <p>It holds at least the keys of every moment that somebody reads: a key comes in before its write and goes after it, and as long as a reader is older than its end it stays, with the number of the write that ended it. Which of them are there a reader
 * sees in the database, of which it has a view. Any thread reads; whoever writes the store edits.
 */
final class KeyIndex {
    /** What a node of the map, its share of the levels above and the array take beside the key: measured 52 bytes. */
    private static final int OVERHEAD_BYTES = 56;

    /** Keys of a dropped bucket that go together. */
    private static final int STEP = 1000;

    private static final long LIVE = 0;

    private final long limitBytes;
    private final int limitMiB;
    /** To {@link #LIVE}, or the number of the write that has ended it. */
    private final ConcurrentSkipListMap<byte[], Long> keys = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

    private final AtomicLong bytes = new AtomicLong();
    // All guarded by this.
    private final Deque<Ended> ended = new ArrayDeque<>();
    private final Map<Object, Long> readers = new HashMap<>();
    private long writes = LIVE;

    private record Ended(byte[] key, Long write) {}

    KeyIndex(int limitMiB) {
        this.limitMiB = limitMiB;
        this.limitBytes = (long) limitMiB << 20;
    }

    /**
     * Before the write that brings them.
     *
     * @param keys that are not there
     * @throws PatchbayException INDEX_MEMORY if they would take too much memory; then none is in
     */
    void add(List<byte[]> added) {
        long more = 0;
        for (byte[] key : added) {
            more += bytesOf(key);
        }
        if (more > 0 && bytes.get() + more > limitBytes) {
            throw new PatchbayException(
                    ErrorCode.INDEX_MEMORY,
                    "The keys of this store take the memory that they may, " + limitMiB
                            + " MiB, for it is sealed; keys that are there can be written, and deleted. Buckets with keys in clear have no such limit; "
                            + RocksConfig.KEY_MEMORY + " sets it.");
        }
        added.forEach(this::enter);
    }

    private void enter(byte[] key) {
        if (keys.put(key, LIVE) == null) {
            bytes.addAndGet(bytesOf(key));
        }
    }

    /** One that is found while they are filled; if it came or went meanwhile, that stands. */
    void fill(byte[] key) {
        if (keys.putIfAbsent(key, LIVE) == null) {
            bytes.addAndGet(bytesOf(key));
        }
    }

    /** After the write that ended them, or the failure of that which was to bring them. */
    synchronized void remove(List<byte[]> removed) {
        writes++;
        if (readers.isEmpty()) {
            removed.forEach(this::end);
            return;
        }
        Long write = writes;
        for (byte[] key : removed) {
            // Also one that is not in yet: so it is not filled in any more.
            if (keys.put(key, write) == null) {
                bytes.addAndGet(bytesOf(key));
            }
            ended.add(new Ended(key, write));
        }
    }

    private void end(byte[] key) {
        if (keys.remove(key) != null) {
            bytes.addAndGet(-bytesOf(key));
        }
    }

    /** Of a bucket; as {@link #remove}, in steps, between which readers come and go. */
    void removeAll(long bucket) {
        List<byte[]> step = new ArrayList<>();
        for (byte[] key :
                between(Place.bytes(bucket, new byte[0]), Place.end(bucket)).keySet()) {
            step.add(key);
            if (step.size() == STEP) {
                remove(step);
                step.clear();
            }
        }
        remove(step);
    }

    /** Keeps the keys of now, until {@link #leave}; before the view is taken. */
    synchronized void enterReader(Object reader) {
        readers.put(reader, writes);
    }

    synchronized void leave(Object reader) {
        readers.remove(reader);
        purge();
    }

    private void purge() {
        long oldest = readers.values().stream().mapToLong(Long::longValue).min().orElse(writes);
        for (Ended first = ended.peek(); first != null && first.write() <= oldest; first = ended.peek()) {
            ended.remove();
            // Not if it has come back meanwhile.
            if (keys.remove(first.key(), first.write())) {
                bytes.addAndGet(-bytesOf(first.key()));
            }
        }
    }

    NavigableMap<byte[], Long> between(byte[] from, byte[] to) {
        return keys.subMap(from, to);
    }

    int size() {
        return keys.size();
    }

    long bytes() {
        return bytes.get();
    }

    private static long bytesOf(byte[] key) {
        return OVERHEAD_BYTES + (key.length + 7) / 8 * 8L;
    }
}
