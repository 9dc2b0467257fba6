package io.patchbay.engine.keys;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/** Files that nobody but the owner of the node may read. */
final class PrivateFile {
    private PrivateFile() {}

    /** Whole or not at all, private from its first byte on, durable when it returns. */
    static void write(Path file, byte[] content) throws IOException {
        Path draft = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
        try {
            try (FileChannel channel = FileChannel.open(
                    draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly())) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            move(draft, file);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /** Durable when it returns. */
    static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (isPosix()) {
            try (FileChannel folder = FileChannel.open(to.getParent(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        }
    }

    /** Whether others may read it; false where there are no such rights. */
    static boolean isOpenToOthers(Path file) throws IOException {
        return isPosix()
                && Files.getPosixFilePermissions(file).stream()
                        .anyMatch(permission -> !permission.name().startsWith("OWNER"));
    }

    private static FileAttribute<?>[] ownerOnly() {
        // Windows has no POSIX rights; there the file inherits the access list of its folder.
        return isPosix()
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }
}
