package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.protocol.MessageChannel;
import io.patchbay.api.protocol.MessageReceiver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection whose bytes are a protocol's own, between Jetty and the platform.
 *
 * <p>It is either waiting for its protocol, reading, or held back until the platform is ready, never two of them; so one thread at a time reads. What the platform left of a chunk waits in
 * {@link #rest}.
 */
final class TcpPeer extends AbstractConnection implements MessageChannel, Passenger {
    private static final Logger LOG = LoggerFactory.getLogger(TcpPeer.class);
    /** A codec that is ready for more and still takes nothing, so often in a row, never will. */
    private static final int CHUNKS_WITHOUT_PROGRESS = 1000;

    private final HandOffEndPoint endPoint;
    private final String protocol;
    private final TcpDoor door;
    private final long seekUntilNs;
    private final AtomicBoolean closing = new AtomicBoolean();
    /** The reading thread's. */
    private ByteBuffer rest = BufferUtil.EMPTY_BUFFER;

    private volatile @Nullable MessageReceiver receiver;
    /** Reads on once the platform is ready; null while it is not waited for. */
    private final AtomicReference<@Nullable Resume> held = new AtomicReference<>();
    /** Whether it looks for its protocol, and so reads nothing. */
    private final AtomicBoolean seeking = new AtomicBoolean();

    TcpPeer(HandOffEndPoint endPoint, String protocol, TcpDoor door) {
        super(endPoint, door.executor());
        this.endPoint = endPoint;
        this.protocol = protocol;
        this.door = door;
        this.seekUntilNs = System.nanoTime() + door.longestWait().toNanos();
    }

    @Override
    public void onOpen() {
        super.onOpen();
        endPoint.setIdleTimeout(HttpLimits.TCP_IDLE.toMillis());
        MessageReceiver known = receiver;
        if (known == null) {
            door.opened(this);
            seek();
            return;
        }
        endPoint.pushBacklog();
        known.attach(this);
        endPoint.upgraded(this);
        door.opened(this);
        if (readsOn(known)) {
            read();
        }
    }

    /** Goes on with what another transport had. */
    void goOnWith(MessageReceiver known) {
        receiver = known;
    }

    /** Finds the protocol, or waits for it: it may be on its way in. */
    private void seek() {
        if (closing.get()) {
            return;
        }
        try {
            receiver = door.connections().open(protocol, this, endPoint.remoteAddress());
        } catch (PatchbayException e) {
            if (e.code() == ErrorCode.UNAVAILABLE && System.nanoTime() - seekUntilNs < 0) {
                seekLater();
            } else {
                LOG.warn("Closed a connection from {}: {}", endPoint.remoteAddress(), e.getMessage());
                fail(e);
            }
            return;
        } catch (RuntimeException e) {
            fail(e);
            return;
        }
        endPoint.upgraded(this);
        read();
    }

    private void seekLater() {
        endPoint.upgraded(this);
        seeking.set(true);
        door.scheduler()
                .schedule(
                        () -> door.executor().execute(() -> {
                            if (seeking.compareAndSet(true, false)) {
                                seek();
                            }
                        }),
                        HttpLimits.TCP_SEEK.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void onFillable() {
        read();
    }

    private void read() {
        if (passOn(rest) && readChunks()) {
            fillInterested();
        }
    }

    /** Whether all that has come is passed on. */
    private boolean readChunks() {
        RetainableByteBuffer pooled = door.buffers().acquire(HttpLimits.TCP_CHUNK_BYTES, true);
        try {
            ByteBuffer chunk = pooled.getByteBuffer();
            while (true) {
                BufferUtil.clear(chunk);
                int filled = endPoint.fill(chunk);
                if (filled <= 0) {
                    if (filled < 0) {
                        endPoint.close();
                    }
                    return filled == 0;
                }
                door.meters().tcpReceived(filled);
                if (!passOn(chunk)) {
                    return false;
                }
            }
        } catch (IOException e) {
            endPoint.close(e);
            return false;
        } finally {
            pooled.release();
        }
    }

    /** Whether to read on now; if not, the platform says when. */
    private boolean passOn(ByteBuffer chunk) {
        int withoutProgress = 0;
        MessageReceiver to = receiver;
        while (to != null && chunk.hasRemaining()) {
            int before = chunk.remaining();
            try {
                to.onMessage(chunk, false);
            } catch (RuntimeException e) {
                fail(e);
                return false;
            }
            withoutProgress = chunk.remaining() == before ? withoutProgress + 1 : 0;
            if (withoutProgress == CHUNKS_WITHOUT_PROGRESS) {
                fail(new IllegalStateException("the codec of " + protocol + " takes nothing of what has come"));
                return false;
            }
            keep(chunk);
            if (!readsOn(to)) {
                return false;
            }
        }
        return true;
    }

    private boolean readsOn(MessageReceiver to) {
        Resume resume = new Resume();
        held.set(resume);
        return to.ready(resume) && held.compareAndSet(resume, null);
    }

    /** Before anyone is asked whether to go on, since the answer may come on another thread, at once. */
    private void keep(ByteBuffer chunk) {
        if (chunk != rest) {
            rest = chunk.hasRemaining() ? BufferUtil.copy(chunk) : BufferUtil.EMPTY_BUFFER;
        }
    }

    @Override
    public void send(ByteBuffer message, boolean text, Runnable done) {
        door.meters().tcpSent(message.remaining());
        endPoint.write(
                Callback.from(done, failure -> {
                    endPoint.close(failure);
                    done.run();
                }),
                message.slice());
    }

    @Override
    public void close(int closeCode, String reason) {
        if (closing.compareAndSet(false, true)) {
            LOG.debug("Closing a connection of {}: {} {}", protocol, closeCode, reason);
            endPoint.lingerOnClose();
            endPoint.close();
        }
    }

    /** Asks the client to come back: the protocol may have words for that. */
    void askToComeBack(String reason) {
        if (endPoint.hasLeft()) {
            // It is another transport's already, and only not crossed off here.
            return;
        }
        MessageReceiver to = receiver;
        if (to == null) {
            close(ErrorCode.STOPPING.closeCode(), reason);
        } else {
            to.close(ErrorCode.STOPPING.closeCode(), reason);
        }
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        closing.set(true);
        door.closed(this);
        MessageReceiver gone = receiver;
        if (gone != null && !endPoint.hasLeft()) {
            gone.onClosed();
        }
        super.onClose(cause);
    }

    private void fail(RuntimeException e) {
        door.meters().refusals.count(e);
        if (!(e instanceof PatchbayException)) {
            LOG.error("A connection of {} is closed because what came could not be handled", protocol, e);
        }
        close(ErrorCode.INTERNAL.closeCode(), String.valueOf(e.getMessage()));
    }

    // --- moving

    @Override
    public boolean writesAtAnyTime() {
        return true;
    }

    @Override
    public void pause(Runnable still) {
        MessageReceiver to = receiver;
        if (to == null) {
            still.run();
        } else {
            to.detach(still);
        }
    }

    /** Who reads is woken by the channel, by the platform or by the clock: that one's right to go on is taken. */
    @Override
    public boolean letsGo() {
        if (closing.get()) {
            return false;
        }
        return endPoint.isFillInterested() || held.getAndSet(null) != null || seeking.compareAndSet(true, false);
    }

    @Override
    public ByteBuffer unread() {
        return rest;
    }

    @Override
    public Optional<MessageReceiver> session() {
        return Optional.ofNullable(receiver);
    }

    @Override
    public Optional<String> protocol() {
        return Optional.of(protocol);
    }

    @Override
    public void stay() {
        MessageReceiver to = receiver;
        if (to == null) {
            return;
        }
        to.attach(this);
        Resume resume = held.get();
        if (resume != null && to.ready(resume)) {
            resume.run();
        }
    }

    /** Reads on, once, however often the platform calls it, and on a thread of the transport. */
    private final class Resume implements Runnable {
        @Override
        public void run() {
            if (held.compareAndSet(this, null)) {
                door.executor().execute(TcpPeer.this::read);
            }
        }
    }
}
