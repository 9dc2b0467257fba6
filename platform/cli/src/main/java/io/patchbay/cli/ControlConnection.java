package io.patchbay.cli;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a node's control socket: four bytes of length, then a CBOR map, both ways. Used by one thread. A wait beyond its limit closes the channel, as channels know no time-outs;
 * the connection is of no more use then.
 */
final class ControlConnection implements AutoCloseable {
    private static final String SOCKET = "control.sock";
    private static final String POINTER = "control.path";
    private static final int REPLY_BYTES_MAX = 4 << 20;

    private static final ScheduledThreadPoolExecutor ALARMS = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "control-alarm");
        thread.setDaemon(true);
        return thread;
    });

    static {
        ALARMS.setRemoveOnCancelPolicy(true);
    }

    private final Path home;
    private final SocketChannel channel;
    private final Patience patience;
    // Set by the alarm's thread before it closes the channel.
    private volatile boolean late;

    private ControlConnection(Path home, SocketChannel channel, Patience patience) {
        this.home = home;
        this.channel = channel;
        this.patience = patience;
    }

    /**
     * Empty if no node runs on this home.
     *
     * @throws NodeGone if one is there and takes no connection in time
     */
    static Optional<ControlConnection> find(Path home, Patience patience) {
        try {
            Optional<Path> socket = socket(home);
            return socket.isEmpty() ? Optional.empty() : connect(home, socket.get(), patience);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<ControlConnection> connect(Path home, Path socket, Patience patience) throws IOException {
        ControlConnection connection =
                new ControlConnection(home, SocketChannel.open(StandardProtocolFamily.UNIX), patience);
        try {
            // A node that hangs takes no more connections once some wait for it.
            connection.within(
                    patience.untilTaken(), () -> connection.channel.connect(UnixDomainSocketAddress.of(socket)));
            return Optional.of(connection);
        } catch (IOException e) {
            connection.close();
            if (connection.late) {
                throw NodeGone.hanging(home, patience.untilTaken());
            }
            if (!Files.isWritable(socket) && Files.exists(socket)) {
                throw CommandException.failed(
                        "The node of " + home + " belongs to another user: run this command as that user.");
            }
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
     * Asks and waits for the answer; {@code onMessage} hears what comes before it, and may take its time.
     *
     * @throws CommandException with the node's sentence if it refuses
     * @throws NodeGone if it goes away, or is silent for longer than the {@link Patience}
     */
    Value ask(Value.Struct request, Consumer<Value.Struct> onMessage) {
        return ask(Cbor.encodeEnvelope(request), onMessage);
    }

    /** As {@link #ask(Value.Struct, Consumer)}, with a request that is encoded already. */
    Value ask(byte[] request, Consumer<Value.Struct> onMessage) {
        Value.Struct reply = firstReply(request);
        while (true) {
            Value result = reply.fields().get("result");
            if (result != null) {
                return result;
            }
            if (reply.fields().get("error") instanceof Value.Struct error) {
                throw CommandException.refused(error);
            }
            onMessage.accept(reply);
            reply = nextReply();
        }
    }

    Value ask(Value.Struct request) {
        return ask(request, message -> {});
    }

    private Value.Struct firstReply(byte[] request) {
        try {
            return within(patience.untilTaken(), () -> {
                write(request);
                return read();
            });
        } catch (IOException e) {
            throw late ? NodeGone.hanging(home, patience.untilTaken()) : new NodeGone();
        }
    }

    private Value.Struct nextReply() {
        try {
            return within(patience.untilNext(), this::read);
        } catch (IOException e) {
            throw late ? NodeGone.silent(home, patience.untilNext()) : new NodeGone();
        }
    }

    private interface Exchange<T> {
        T run() throws IOException;
    }

    private <T> T within(Duration limit, Exchange<T> exchange) throws IOException {
        ScheduledFuture<?> alarm = ALARMS.schedule(this::giveUp, limit.toMillis(), TimeUnit.MILLISECONDS);
        try {
            return exchange.run();
        } finally {
            alarm.cancel(false);
        }
    }

    private void giveUp() {
        late = true;
        close();
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
        if (decode(fill(ByteBuffer.allocate(length)).array()) instanceof Value.Struct reply) {
            return reply;
        }
        throw new EOFException("no answer of a node");
    }

    private static @Nullable Value decode(byte[] body) {
        try {
            return Cbor.decodeEnvelope(body);
        } catch (PatchbayException e) {
            return null;
        }
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
