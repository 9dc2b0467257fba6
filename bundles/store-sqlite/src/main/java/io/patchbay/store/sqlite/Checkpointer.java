package io.patchbay.store.sqlite;

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
 * beside the writer, then holds the writer for the little that came in meanwhile.
 */
final class Checkpointer implements AutoCloseable {
    /** If this thread lags, the writer itself carries over from here on. */
    static final int BOUND_PAGES = (512 << 20) / Database.PAGE_BYTES;
    /** What stays of a log that has grown. */
    static final int KEPT_LOG_BYTES = 64 << 20;

    /** As the writer counts them, who takes every page for changed but once: a quarter of it, where ids are in order. */
    private static final int EVERY_BYTES = 64 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

    private final Database database;
    private final Lock writing;
    private final SqliteMeters meters;
    private final Thread thread;
    private final AtomicLong written = new AtomicLong();
    private volatile boolean closed;

    /** @param writing held by whoever writes */
    Checkpointer(Database database, Lock writing, SqliteMeters meters) {
        this.database = database;
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
            written.set(0);
            long beganNanos = System.nanoTime();
            try {
                carryOver();
                carryOverAlone();
                meters.checkpointTime.record(System.nanoTime() - beganNanos);
            } catch (SQLException e) {
                // Nothing is lost: it is all in the log, and the next round tries again.
                if (!closed) {
                    LOG.warn("The write-ahead log could not be carried over: {}", e.getMessage());
                }
            }
        }
    }

    private void carryOverAlone() throws SQLException {
        writing.lock();
        long beganNanos = System.nanoTime();
        try {
            carryOver();
        } finally {
            writing.unlock();
            meters.checkpointHoldTime.record(System.nanoTime() - beganNanos);
        }
    }

    private void carryOver() throws SQLException {
        synchronized (database) {
            if (!closed) {
                database.queryLong("PRAGMA wal_checkpoint(PASSIVE)");
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
