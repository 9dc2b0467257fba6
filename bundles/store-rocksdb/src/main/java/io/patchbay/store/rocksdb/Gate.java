package io.patchbay.store.rocksdb;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * Every use of RocksDB passes it. What is behind is native memory, so a use after the closing would not fail but end the process: closing waits for those inside, and lets nobody in afterwards. Any thread; passing again from the inside is allowed.
 */
final class Gate {
    /** What may fail with RocksDB. */
    @FunctionalInterface
    interface Call<T extends @Nullable Object> {
        T run() throws RocksDBException;
    }

    /** What frees native memory, and can't fail. */
    @FunctionalInterface
    interface Release {
        void run();
    }

    private final Path directory;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    // Written under the write lock; volatile so that long work sees it coming before that.
    private volatile boolean closing;
    private boolean closed;

    /** @param directory the store's, for messages */
    Gate(Path directory) {
        this.directory = directory;
    }

    /** @throws PatchbayException STORE_UNAVAILABLE if it is closed, or what was done failed */
    <T extends @Nullable Object> T pass(Call<T> call) {
        lock.readLock().lock();
        try {
            if (closed || (closing && lock.getReadHoldCount() == 1)) {
                throw closed();
            }
            return call.run();
        } catch (RocksDBException e) {
            throw failure(directory, e);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Not at all if it is closed: then all was released. */
    void passIfOpen(Release release) {
        lock.readLock().lock();
        try {
            if (!closed) {
                release.run();
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Waits for those inside, then runs {@code last}; the second time it does nothing. */
    void close(Release last) {
        closing = true;
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                last.run();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    static PatchbayException closed() {
        return new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The store is closed.");
    }

    static PatchbayException failure(Path directory, RocksDBException cause) {
        return new PatchbayException(
                ErrorCode.STORE_UNAVAILABLE, "The store in " + directory + " failed: " + describe(cause) + ".", cause);
    }

    /** With the kind of the failure, such as "Corruption", which its text does not name. */
    static String describe(RocksDBException cause) {
        Status status = cause.getStatus();
        return status == null ? String.valueOf(cause.getMessage()) : status.getCodeString() + ": " + cause.getMessage();
    }
}
