package io.patchbay.cli;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** A connection to a node's control socket: four bytes of length, then a CBOR map, both ways. Used by one thread. */
final class ControlConnection implements AutoCloseable {
    private static final String SOCKET = "control.sock";
    private static final String POINTER = "control.path";
    private static final int REPLY_BYTES_MAX = 4 << 20;

    private final SocketChannel channel;

    private ControlConnection(SocketChannel channel) {
        this.channel = channel;
    }

    /** Empty if no node runs on this home. */
    static Optional<ControlConnection> find(Path home) {
        try {
            Optional<Path> socket = socket(home);
            return socket.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new ControlConnection(SocketChannel.open(UnixDomainSocketAddress.of(socket.get()))));
        } catch (java.nio.file.AccessDeniedException e) {
            throw CommandException.failed(
                    "The node of " + home + " belongs to another user: run this command as that user.");
        } catch (IOException e) {
            // What a killed node left answers nobody.
            return Optional.empty();
        }
    }

    private static Optional<Path> socket(Path home) throws IOException {
        Path socket = home.resolve(SOCKET);
        if (Files.exists(socket)) {
            return Optional.of(socket);
        }
        Path pointer = home.resolve(POINTER);
        if (!Files.exists(pointer)) {
            return Optional.empty();
        }
        Path elsewhere = Path.of(Files.readString(pointer).strip());
        requireSameOwner(home, elsewhere);
        return Files.exists(elsewhere) ? Optional.of(elsewhere) : Optional.empty();
    }

    /** A socket in a public folder could be anybody's once the node has gone. */
    private static void requireSameOwner(Path home, Path socket) throws IOException {
        Path folder = socket.getParent();
        if (folder != null
                && Files.exists(folder, LinkOption.NOFOLLOW_LINKS)
                && !Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(home))) {
            throw CommandException.failed(
                    folder + " does not belong to the owner of " + home + ", so it is not asked.");
        }
    }

    /**
     * Asks and waits for the answer; {@code onMessage} hears what comes before it.
     *
     * @throws CommandException with the node's sentence if it refuses
     */
    Value ask(Value.Struct request, Consumer<Value.Struct> onMessage) {
        return ask(Cbor.encode(request), onMessage);
    }

    /** As {@link #ask(Value.Struct, Consumer)}, with a request that is encoded already. */
    Value ask(byte[] request, Consumer<Value.Struct> onMessage) {
        try {
            write(request);
            while (true) {
                Value.Struct reply = read();
                if (reply.find("result").isPresent()) {
                    return reply.find("result").get();
                }
                if (reply.find("error").isPresent()) {
                    Value.Struct error = (Value.Struct) reply.find("error").get();
                    throw CommandException.refused(error);
                }
                onMessage.accept(reply);
            }
        } catch (IOException | PatchbayException e) {
            throw new NodeGone();
        }
    }

    Value ask(Value.Struct request) {
        return ask(request, message -> {});
    }

    private void write(byte[] body) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + body.length)
                .putInt(body.length)
                .put(body)
                .flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    private Value.Struct read() throws IOException {
        int length = fill(ByteBuffer.allocate(Integer.BYTES)).getInt(0);
        if (length <= 0 || length > REPLY_BYTES_MAX) {
            throw new EOFException("no answer of a node");
        }
        if (Cbor.decodeEnvelope(fill(ByteBuffer.allocate(length)).array()) instanceof Value.Struct reply) {
            return reply;
        }
        throw new EOFException("no answer of a node");
    }

    private ByteBuffer fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException();
            }
        }
        return buffer;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The process ends soon anyway.
        }
    }
}
