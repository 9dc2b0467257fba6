package io.patchbay.store.rocksdb;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fills the index of a sealed store's keys when it was opened, beside all else. */
final class Warming {
    /** Records that are read between two passes of the gate. */
    private static final int PAGE = 1000;
    /** How long it may take without a word in the log. */
    private static final int TOLD_MS = 1000;
    /** Scans that wait at a time. */
    private static final int WAITING = 2;

    private static final Logger LOG = LoggerFactory.getLogger(Warming.class);

    private final Gate gate;
    private final Database database;
    private final Records records;
    private final KeyIndex index;
    private final LongPredicate plainKeys;
    private final long entries;
    private final Semaphore waiting = new Semaphore(WAITING);
    private final CountDownLatch warm = new CountDownLatch(1);
    // How many by bucket, of which the keys are not known.
    private final Map<Long, Integer> damaged = new ConcurrentHashMap<>();
    private volatile long read;
    private volatile boolean complete;
    private volatile Optional<String> failure = Optional.empty();

    /**
     * @param plainKeys tells the buckets that have none in the index
     * @param entries how many there are, about
     */
    Warming(Gate gate, Database database, Records records, KeyIndex index, LongPredicate plainKeys, long entries) {
        this.gate = gate;
        this.database = database;
        this.records = records;
        this.index = index;
        this.plainKeys = plainKeys;
        this.entries = entries;
        // So that a key which goes meanwhile is known to be gone.
        index.enterReader(this);
    }

    /** On a thread of its own; returns when all is there, or the store is closed. */
    void run() {
        long beganNanos = System.nanoTime();
        try {
            byte @Nullable [] from = {};
            while (from != null) {
                byte[] start = from;
                from = gate.<byte @Nullable []>pass(() -> readPage(start));
            }
            complete = true;
        } catch (RuntimeException e) {
            // The store was closed, or the disk has failed: whoever waits is told.
            failure = Optional.of("The keys could not be read into memory: " + e.getMessage());
        } finally {
            index.leave(this);
            warm.countDown();
        }
        long tookMs = (System.nanoTime() - beganNanos) / 1_000_000;
        if (tookMs >= TOLD_MS) {
            LOG.info("The {} keys of a sealed store are in memory, after {} ms", read, tookMs);
        }
    }

    /** Returns where to go on; null at the end. */
    private byte @Nullable [] readPage(byte[] from) throws RocksDBException {
        try (RocksIterator rows = database.iterate(database.entries)) {
            rows.seek(from);
            for (int i = 0; rows.isValid() && i < PAGE; i++) {
                long bucket = Place.bucketOf(rows.key());
                if (plainKeys.test(bucket)) {
                    rows.seek(Place.end(bucket));
                } else {
                    enter(bucket, rows);
                    rows.next();
                }
            }
            rows.status();
            return rows.isValid() ? rows.key() : null;
        }
    }

    private void enter(long bucket, RocksIterator rows) {
        try {
            byte[] key = records.readKey(new Place(bucket, false, Place.nameOf(rows.key())), rows.value());
            index.fill(Place.bytes(bucket, key));
        } catch (PatchbayException e) {
            // A damaged disk may have millions of them.
            if (damaged.merge(bucket, 1, Integer::sum) == 1) {
                LOG.error("An entry, and maybe more of this bucket, is left out of all scans: {}", e.getMessage());
            }
        }
        read++;
    }

    Optional<String> findFault() {
        return damaged.isEmpty()
                ? failure
                : Optional.of(
                        "Entries are damaged: what is sealed for them does not open, so no scan has them; by bucket, "
                                + damaged + ". A backup may have them whole.");
    }

    /** @throws PatchbayException DATA_DAMAGED if not all entries can be read: what was copied would be less */
    void requireWhole() {
        for (long bucket : damaged.keySet()) {
            throw Records.damaged(bucket);
        }
    }

    /**
     * For a while, and not too many at a time: whoever waits keeps a thread from others, who read by keys.
     *
     * @throws PatchbayException INDEX_WARMING if it takes longer
     */
    void awaitBriefly() {
        try {
            if (complete) {
                return;
            }
            boolean admitted = waiting.tryAcquire();
            try {
                if ((!admitted && warm.getCount() > 0)
                        || !warm.await(Limits.LEASE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new PatchbayException(
                            ErrorCode.INDEX_WARMING,
                            "The keys are being read into memory after the start (index warming, " + percent()
                                    + " %). Entries can be read by their keys meanwhile; try again in a moment.");
                }
            } finally {
                if (admitted) {
                    waiting.release();
                }
            }
            requireComplete();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void requireComplete() {
        if (!complete) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE, failure.orElse("The store was closed while its keys were read."));
        }
    }

    private long percent() {
        return Math.min(99, 100 * read / Math.max(1, entries));
    }

    /** As long as it takes. */
    void await() {
        try {
            warm.await();
            requireComplete();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static PatchbayException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new PatchbayException(ErrorCode.CANCELLED, "Interrupted while the keys are read.", e);
    }

    /** Whoever waits goes on, to be told that the store is closed. */
    void giveUp() {
        warm.countDown();
    }
}
