package io.patchbay.engine.connection;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.protocol.Codec;
import io.patchbay.api.protocol.Connection;
import io.patchbay.api.protocol.MessageChannel;
import io.patchbay.api.protocol.MessageReceiver;
import io.patchbay.api.protocol.Protocol;
import io.patchbay.api.protocol.Session;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.engine.session.ClientSession;
import io.patchbay.engine.session.EventSink;
import io.patchbay.engine.session.SessionParts;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection: it owns the identity, the subscriptions and the outbox, and outlives the codec, which is changed under the monitor between two calls.
 *
 * <p>Lock order: the monitor, then the outbox. The channel is called with the monitor perhaps held, never with the outbox's lock; what the channel calls back takes no monitor.
 */
final class ClientConnection implements Connection, MessageReceiver, EventSink {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);
    private static final int CLOSE_REASON_BYTES = 123;

    private final long id;
    private final String protocol;
    private final String remoteAddress;
    private final Outbox outbox;
    private final ClientSession session;
    private final ClientConnections all;
    private final Object monitor = new Object();
    private final AtomicReference<@Nullable Runnable> resume = new AtomicReference<>();

    // Guarded by the monitor.
    private @Nullable Codec codec;
    private long codecNumber;
    private boolean farewell;
    private MessageChannel channel;
    /** Whether the connection is between two channels. */
    private boolean detached;

    private volatile @Nullable Closing closing;
    private volatile boolean closed;

    private record Closing(int code, String reason) {}

    /** Of a connection that ended without a reason of ours. */
    private static final Closing GONE = new Closing(ErrorCode.STOPPING.closeCode(), "The connection has ended.");

    ClientConnection(
            long id,
            String protocol,
            String remoteAddress,
            MessageChannel channel,
            SessionParts parts,
            ClientConnections all) {
        this.id = id;
        this.protocol = protocol;
        this.remoteAddress = remoteAddress;
        this.channel = channel;
        this.all = all;
        this.outbox = new Outbox(channel, this::onUnblocked, this::onEmpty);
        this.session = new ClientSession(parts, Identity.ANONYMOUS, this);
    }

    /**
     * Takes the codec of {@code provider} from now on, made from what the one before saved; nothing changes if that fails.
     *
     * @param number of the provider: one that is not newer than what the connection uses comes too late
     * @return whether the connection uses it now
     */
    boolean use(Protocol provider, long number) {
        synchronized (monitor) {
            if (closed || closing != null || number <= codecNumber) {
                return false;
            }
            Codec before = codec;
            Optional<StateRecord> state = before == null ? Optional.empty() : before.save();
            codec = provider.open(this, state);
            codecNumber = number;
            return true;
        }
    }

    /** Of the version whose codec it uses; 0 before the first. */
    long codecNumber() {
        synchronized (monitor) {
            return codecNumber;
        }
    }

    String protocol() {
        return protocol;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public Session session() {
        return session;
    }

    ClientSession clientSession() {
        return session;
    }

    long outboxBytes() {
        return outbox.bytes();
    }

    // --- from the transport

    @Override
    public void onMessage(ByteBuffer message, boolean text) {
        underMonitor(() -> {
            Codec serving = codec;
            if (serving != null) {
                serving.onMessage(message, text);
            }
        });
        if (closed || closing != null) {
            // Nobody will ever want the rest.
            message.position(message.limit());
        }
    }

    /** Runs what a codec does; a failure of it ends the connection. */
    private void underMonitor(Runnable work) {
        PatchbayException failure;
        synchronized (monitor) {
            if (closed || closing != null) {
                return;
            }
            try {
                work.run();
                return;
            } catch (PatchbayException e) {
                failure = e;
            } catch (RuntimeException | LinkageError e) {
                LOG.error("The protocol {} failed on connection {}", protocol, id, e);
                all.failed(protocol, codecNumber, e);
                failure = new PatchbayException(
                        ErrorCode.INTERNAL, "Something failed inside the node; its log says what.", e);
            }
        }
        close(failure.code().closeCode(), String.valueOf(failure.getMessage()));
    }

    @Override
    public boolean ready(Runnable whenReady) {
        if (takesRequests()) {
            return true;
        }
        resume.set(whenReady);
        // It may have become ready before anyone knew whom to tell.
        return takesRequests() && resume.compareAndSet(whenReady, null);
    }

    @Override
    public boolean takesRequests() {
        return session.inFlight() < Limits.REQUESTS_IN_FLIGHT_PER_CONNECTION && !outbox.blocked();
    }

    private void resumeReading() {
        if (resume.get() != null && takesRequests()) {
            Runnable waiting = resume.getAndSet(null);
            if (waiting != null) {
                waiting.run();
            }
        }
    }

    @Override
    public void detach(Runnable still) {
        synchronized (monitor) {
            detached = true;
        }
        resume.set(null);
        outbox.pause(still);
    }

    @Override
    public void attach(MessageChannel next) {
        Closing how;
        synchronized (monitor) {
            channel = next;
            detached = false;
            how = closed ? Optional.ofNullable(closing).orElse(GONE) : null;
        }
        if (how == null) {
            outbox.attach(next);
        } else {
            next.close(how.code(), how.reason());
        }
    }

    @Override
    public void onClosed() {
        if (markClosed()) {
            outbox.discard();
            session.close();
            all.forget(this);
        }
    }

    private boolean markClosed() {
        synchronized (monitor) {
            boolean first = !closed;
            closed = true;
            codec = null;
            return first;
        }
    }

    // --- from the codec

    @Override
    public void send(byte[] message) {
        queue(message, false);
    }

    @Override
    public void sendText(String message) {
        queue(message.getBytes(StandardCharsets.UTF_8), true);
    }

    private void queue(byte[] message, boolean text) {
        if (closed || closing != null) {
            return;
        }
        if (!outbox.add(message, text)) {
            all.outboxFull();
            outbox.discard();
            close(ErrorCode.OVERLOADED.closeCode(), "The client does not read what it asked for.");
        }
    }

    @Override
    public void execute(Runnable task) {
        underMonitor(task);
    }

    @Override
    public void close(int closeCode, String reason) {
        synchronized (monitor) {
            if (closed || closing != null || farewell) {
                return;
            }
            // What the codec says now can fill the outbox, which closes too.
            farewell = true;
            sayFarewell(closeCode, reason);
            closing = new Closing(closeCode, shorten(reason));
        }
        session.close();
        all.closeLater(this);
        if (outbox.isEmpty()) {
            finishClose();
        }
    }

    private void sayFarewell(int closeCode, String reason) {
        Codec serving = codec;
        try {
            if (serving != null) {
                serving.onClosing(closeCode, reason);
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("The protocol {} failed to take leave of connection {}", protocol, id, e);
        }
    }

    /** Closes whether or not the client has read what was sent. */
    void finishClose() {
        Closing how = closing;
        if (how != null && markClosed()) {
            outbox.discard();
            findChannel().ifPresent(open -> open.close(how.code(), how.reason()));
            all.forget(this);
        }
    }

    /** Empty between two channels: then the next is closed. */
    private Optional<MessageChannel> findChannel() {
        synchronized (monitor) {
            return detached ? Optional.empty() : Optional.of(channel);
        }
    }

    /** A close frame has room for so much. */
    private static String shorten(String reason) {
        String shortened = reason;
        while (shortened.getBytes(StandardCharsets.UTF_8).length > CLOSE_REASON_BYTES) {
            shortened = shortened.substring(0, shortened.offsetByCodePoints(shortened.length(), -1));
        }
        return shortened;
    }

    // --- from the outbox and the session

    private void onUnblocked() {
        session.onWritable();
        resumeReading();
    }

    private void onEmpty() {
        if (closing != null) {
            all.closeNow(this);
        }
    }

    @Override
    public boolean writable() {
        return !outbox.blocked();
    }

    @Override
    public void deliver(SubscriptionEvent event, BooleanSupplier wanted) {
        underMonitor(() -> {
            Codec serving = codec;
            if (serving != null && wanted.getAsBoolean()) {
                serving.onEvent(event);
            }
        });
    }

    @Override
    public void onRequestEnded() {
        resumeReading();
    }
}
