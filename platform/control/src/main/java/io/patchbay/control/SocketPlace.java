package io.patchbay.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the control socket so that nobody but the owner can ever connect: it is bound inside a new folder of mode 0700, made 0600 there, and moved to {@code control.sock} then. What a killed
 * node left is replaced by the same move.
 *
 * <p>The operating system limits a socket's path to about 100 bytes. Where the home's path is longer, the socket stays in a private folder of the runtime or temporary directory, and the
 * home's file {@code control.path} says where.
 */
final class SocketPlace implements AutoCloseable {
    static final String SOCKET = "control.sock";
    static final String POINTER = "control.path";

    /** 104 with the closing zero on macOS, 108 on Linux. */
    static final int PATH_BYTES_MAX = 100;

    private static final Logger LOG = LoggerFactory.getLogger("control");
    private static final int BACKLOG = 16;
    private static final String DRAFT = "s";
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private final ServerSocketChannel channel;
    private final Path socket;
    private final Optional<Path> privateFolder;
    private final Path pointer;

    private SocketPlace(ServerSocketChannel channel, Path socket, Optional<Path> privateFolder, Path pointer) {
        this.channel = channel;
        this.socket = socket;
        this.privateFolder = privateFolder;
        this.pointer = pointer;
    }

    static SocketPlace open(Path home) throws IOException {
        Path pointer = home.resolve(POINTER);
        Path draftFolder = Files.createTempDirectory(home, ".control-", ownerOnlyFolder());
        if (bytes(draftFolder.resolve(DRAFT)) <= PATH_BYTES_MAX) {
            try {
                Path draft = draftFolder.resolve(DRAFT);
                ServerSocketChannel channel = bind(draft);
                Path socket = home.resolve(SOCKET);
                Files.move(draft, socket, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                Files.deleteIfExists(pointer);
                return new SocketPlace(channel, socket, Optional.empty(), pointer);
            } finally {
                Files.deleteIfExists(draftFolder.resolve(DRAFT));
                Files.deleteIfExists(draftFolder);
            }
        }
        Files.deleteIfExists(draftFolder);
        return openElsewhere(home, pointer);
    }

    private static SocketPlace openElsewhere(Path home, Path pointer) throws IOException {
        Path folder = Files.createTempDirectory(shortFolder(), "patchbay-", ownerOnlyFolder());
        Path socket = folder.resolve(SOCKET);
        if (bytes(socket) > PATH_BYTES_MAX) {
            Files.deleteIfExists(folder);
            throw new IOException("neither " + home + " nor " + shortFolder()
                    + " is a path short enough for a socket; set java.io.tmpdir to a shorter one");
        }
        ServerSocketChannel channel = bind(socket);
        Path draft = pointer.resolveSibling("." + POINTER);
        Files.writeString(draft, socket + "\n");
        Files.move(draft, pointer, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(home.resolve(SOCKET));
        return new SocketPlace(channel, socket, Optional.of(folder), pointer);
    }

    private static ServerSocketChannel bind(Path path) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(path), BACKLOG);
            if (POSIX) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            }
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static Path shortFolder() {
        return Optional.ofNullable(System.getenv("XDG_RUNTIME_DIR"))
                .map(Path::of)
                .filter(Files::isWritable)
                .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir")));
    }

    private static FileAttribute<?>[] ownerOnlyFolder() {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    private static int bytes(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    ServerSocketChannel channel() {
        return channel;
    }

    Path socket() {
        return socket;
    }

    /** Nobody can connect any more, and nothing is left. */
    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(socket);
            if (privateFolder.isPresent()) {
                Files.deleteIfExists(privateFolder.get());
                Files.deleteIfExists(pointer);
            }
        } catch (IOException e) {
            LOG.warn("The control socket {} can't be removed: {}", socket, e.toString());
        }
    }
}
