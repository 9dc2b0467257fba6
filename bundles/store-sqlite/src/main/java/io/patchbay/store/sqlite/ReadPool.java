package io.patchbay.store.sqlite;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A bounded number of connections for reading, opened as they are needed. Any thread. */
final class ReadPool implements AutoCloseable {
    private final Path file;
    private final int size;
    private final Semaphore free;
    private final SqliteMeters meters;
    // Both guarded by this.
    private final Deque<Database> idle = new ArrayDeque<>();
    private final Set<Database> all = new HashSet<>();
    private boolean closed;

    ReadPool(Path file, int size, SqliteMeters meters) {
        this.file = file;
        this.size = size;
        this.meters = meters;
        this.free = new Semaphore(size, true);
    }

    /** @throws PatchbayException OVERLOADED if none becomes free in time; STORE_UNAVAILABLE if closed */
    Database acquire() throws SQLException {
        try {
            if (!free.tryAcquire(Limits.LEASE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                meters.readerTimeouts.increment();
                throw PatchbayException.beyond(
                        "lease_wait",
                        ErrorCode.OVERLOADED,
                        "All " + size + " readers of the store are busy; try again.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PatchbayException(ErrorCode.CANCELLED, "Interrupted while waiting for a reader of the store.", e);
        }
        try {
            return takeOrOpen();
        } catch (SQLException | RuntimeException e) {
            free.release();
            throw e;
        }
    }

    int size() {
        return size;
    }

    int busy() {
        return size - free.availablePermits();
    }

    int waiting() {
        return free.getQueueLength();
    }

    private synchronized Database takeOrOpen() throws SQLException {
        if (closed) {
            throw SqliteDocumentStore.closed();
        }
        Database database = idle.pollFirst();
        if (database == null) {
            database = Database.openReader(file);
            all.add(database);
        }
        return database;
    }

    void release(Database database) {
        synchronized (this) {
            if (!closed) {
                idle.addFirst(database);
            }
        }
        free.release();
    }

    /** Closes those in use, too: their users' next call fails. */
    @Override
    public void close() {
        List<Database> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(all);
            all.clear();
            idle.clear();
        }
        for (Database database : open) {
            try {
                database.interrupt();
            } catch (SQLException e) {
                // Then closing waits until the statement ends.
            }
            database.close();
        }
    }
}
