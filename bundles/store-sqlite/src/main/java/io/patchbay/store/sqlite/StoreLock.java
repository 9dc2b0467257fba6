package io.patchbay.store.sqlite;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Holds a store's directory against every other process, and every other store of this one. The system lets go of it when the process ends. */
final class StoreLock implements AutoCloseable {
    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    static StoreLock take(Path directory) {
        Path file = directory.resolve("store.lock");
        @Nullable FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new StoreLock(channel);
            }
        } catch (OverlappingFileLockException e) {
            // Held by another store of this process; answered below.
        } catch (IOException e) {
            closeQuietly(channel);
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The store's directory " + directory + " can't be locked: " + e.getMessage() + ".",
                    e);
        }
        closeQuietly(channel);
        throw new PatchbayException(
                ErrorCode.STORE_UNAVAILABLE,
                "The store in " + directory + " is open elsewhere; stop the other node first.");
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }

    private static void closeQuietly(@Nullable Closeable closeable) {
        if (closeable != null) {
            try {
                closeable.close();
            } catch (IOException e) {
                // Its lock ends with it all the same.
            }
        }
    }
}
