package io.patchbay.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps two nodes from sharing a home. The operating system drops the lock with the process, however it ends; the pid stands in a file beside it, as Windows lets nobody read a locked file.
 */
final class HomeLock implements AutoCloseable {

    private final FileChannel channel;

    private HomeLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws StartException if another process holds the home, with its pid */
    static HomeLock take(Home home) {
        Path pidFile = home.data().resolve("pid");
        try {
            FileChannel channel =
                    FileChannel.open(home.data().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            @Nullable FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new StartException("The home " + home.folder() + " is used by another node, process "
                        + readPid(pidFile) + ": stop it first ('patchbay stop --home " + home.folder()
                        + "'), or choose another --home.");
            }
            Files.write(pidFile, (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII));
            return new HomeLock(channel);
        } catch (IOException e) {
            throw new StartException("The home " + home.folder() + " can't be locked: " + Home.describe(e) + ".", e);
        }
    }

    private static String readPid(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The process ends now, and the lock with it.
        }
    }
}
