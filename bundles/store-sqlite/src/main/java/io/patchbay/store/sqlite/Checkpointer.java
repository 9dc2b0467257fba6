package io.patchbay.store.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the write-ahead log over into the file, on a thread of its own.
 *
 * <p>The log starts from its beginning again only once all of it was carried over, which under constant writes never happens by itself. So each round first does the bulk
 * beside the writer, again while much came in meanwhile, then holds the writer for the little that is left.
 *
 * <p>SQLite syncs the file only when it has carried over all of the log, so beside a writer it writes pages and leaves them to the one sync of the end, for which the writer is
 * held. Therefore the bulk is synced here, before that: it makes nothing less durable, only that last sync short.
 */
final class Checkpointer implements AutoCloseable {
    /** If this thread lags, the writer itself carries over from here on. */
    static final int BOUND_PAGES = (512 << 20) / Database.PAGE_BYTES;
    /** What stays of a log that has grown. */
    static final int KEPT_LOG_BYTES = 64 << 20;

    /**
     * As the writer counts them, who takes every page for changed but once: a quarter of it, where ids are in order. More of it would write pages less often that change again
     * and again, but put more at once before the disk, which has to sync the log meanwhile.
     */
    private static final int EVERY_BYTES = 32 << 20;
    /** So little is synced in a moment, with the writer held; beside it, the log's own syncs would wait for it several times. */
    private static final int SYNCED_AT_ONCE_BYTES = 16 << 20;
    /** What may be left for the time in which the writer is held. */
    private static final int REST_BYTES = 1 << 20;
    /** A column of what SQLite answers to a carry-over. */
    private static final int PAGES_IN_LOG = 2;
    /** A writer that is faster than the disk would never leave so little. */
    private static final int MOST_PASSES = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

    private final Database database;
    private final FileChannel file;
    private final Lock writing;
    private final SqliteMeters meters;
    private final Thread thread;
    private final AtomicLong written = new AtomicLong();
    private volatile boolean closed;

    /**
     * @param file the database's, only ever synced; stays its owner's
     * @param writing held by whoever writes
     */
    Checkpointer(Database database, FileChannel file, Lock writing, SqliteMeters meters) {
        this.database = database;
        this.file = file;
        this.writing = writing;
        this.meters = meters;
        this.thread = new Thread(this::run, "store-sqlite-checkpointer");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Called by the writer. */
    void onWritten(long bytes) {
        if (written.addAndGet(bytes) >= EVERY_BYTES) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closed) {
            if (written.get() < EVERY_BYTES) {
                LockSupport.park(this);
                continue;
            }
            long beganNanos = System.nanoTime();
            try {
                carryOverBulk();
                carryOverAlone();
                meters.checkpointTime.record(System.nanoTime() - beganNanos);
            } catch (SQLException | IOException e) {
                // Nothing is lost: it is all in the log, and the next round tries again.
                if (!closed) {
                    LOG.warn("The write-ahead log could not be carried over: {}", e.getMessage());
                }
            }
        }
    }

    private void carryOverBulk() throws SQLException, IOException {
        for (int pass = 0; pass < MOST_PASSES && !closed; pass++) {
            written.set(0);
            if (carryOver() < SYNCED_AT_ONCE_BYTES) {
                return;
            }
            file.force(false);
            if (written.get() < REST_BYTES) {
                return;
            }
        }
    }

    private void carryOverAlone() throws SQLException {
        writing.lock();
        long beganNanos = System.nanoTime();
        try {
            carryOver();
            written.set(0);
        } finally {
            writing.unlock();
            meters.checkpointHoldTime.record(System.nanoTime() - beganNanos);
        }
    }

    /** Returns the length of the log, about. */
    private long carryOver() throws SQLException {
        synchronized (database) {
            if (closed) {
                return 0;
            }
            try (ResultSet row =
                    database.prepare("PRAGMA wal_checkpoint(PASSIVE)").executeQuery()) {
                return row.next() ? row.getLong(PAGES_IN_LOG) * Database.PAGE_BYTES : 0;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        database.close();
    }
}
