package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.protocol.Connections;
import io.patchbay.api.protocol.MessageChannel;
import io.patchbay.api.protocol.MessageReceiver;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.OutgoingEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open WebSocket between Jetty and the platform.
 *
 * <p>Jetty gives one frame for each demand. The next is demanded when the platform is ready for another message, so a client that sends faster than it is served is held back by TCP.
 * Once closing, whatever still comes is dropped until the client's close frame.
 *
 * <p>While it is about to move, what Jetty has read already is kept instead of being passed on. What has not been passed on travels as frames such as the client sends: so the transport that goes on
 * needs to know nothing of how this one reads.
 */
final class WebSocketPeer implements FrameHandler, MessageChannel, Passenger {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketPeer.class);

    private final Connections connections;
    private final String protocol;
    private final HandOffEndPoint endPoint;
    private final WebSocketDoor door;
    private final Scheduler scheduler;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final MessageAssembly assembly = new MessageAssembly();
    /** Whether the message being put together is text; Jetty's frame thread only. */
    private boolean text;
    /** Set in {@link #onOpen}, before anything can be sent. */
    private volatile @Nullable CoreSession session;

    private volatile @Nullable MessageReceiver receiver;
    /** Demands the next frame once the platform is ready; null while it is not waited for. */
    private final AtomicReference<@Nullable Resume> held = new AtomicReference<>();
    /** Guards the two below. */
    private final Object movingLock = new Object();

    private boolean moving;
    private final List<Kept> kept = new ArrayList<>(0);
    private volatile Scheduler.Task cut = () -> false;

    /** A frame that came while the connection was about to move. */
    private record Kept(int opCode, boolean last, byte[] payload) {}

    WebSocketPeer(
            Connections connections,
            String protocol,
            HandOffEndPoint endPoint,
            WebSocketDoor door,
            Scheduler scheduler) {
        this.connections = connections;
        this.protocol = protocol;
        this.endPoint = endPoint;
        this.door = door;
        this.scheduler = scheduler;
    }

    /** Goes on with what another transport had. */
    void goOnWith(MessageReceiver known) {
        receiver = known;
    }

    @Override
    public void onOpen(CoreSession opened, Callback callback) {
        session = opened;
        MessageReceiver known = receiver;
        if (known != null) {
            endPoint.pushBacklog();
            known.attach(this);
        } else {
            try {
                receiver = connections.open(protocol, this, endPoint.remoteAddress());
            } catch (RuntimeException e) {
                fail(e);
            }
        }
        // Not before it has all that it would leave with.
        endPoint.upgraded(this);
        door.opened(this);
        callback.succeeded();
        if (known == null || readsOn(known)) {
            opened.demand();
        }
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        CoreSession from = requireSession();
        if (keep(frame)) {
            callback.succeeded();
            from.demand();
            return;
        }
        switch (frame.getOpCode()) {
            case OpCode.PING -> pong(from, frame, callback);
            case OpCode.CLOSE -> {
                // Jetty answers it when the callback is completed; no frame can follow.
                closing.set(true);
                callback.succeeded();
            }
            case OpCode.TEXT, OpCode.BINARY, OpCode.CONTINUATION -> {
                boolean more = receive(frame.getOpCode(), frame.isFin(), payload(frame));
                callback.succeeded();
                if (more) {
                    from.demand();
                }
            }
            default -> {
                callback.succeeded();
                from.demand();
            }
        }
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        LOG.debug("A WebSocket of {} failed: {}", endPoint.remoteAddress(), cause.toString());
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        closing.set(true);
        cut.cancel();
        door.closed(this);
        assembly.clear();
        MessageReceiver gone = receiver;
        if (gone != null && !endPoint.hasLeft()) {
            gone.onClosed();
        }
        callback.succeeded();
    }

    @Override
    public void send(ByteBuffer message, boolean asText, Runnable done) {
        door.meters().sent(message.remaining());
        Frame frame = new Frame(asText ? OpCode.TEXT : OpCode.BINARY, message.slice());
        requireSession()
                .sendFrame(new OutgoingEntry.Builder(frame, Callback.from(done, failure -> done.run())).build());
    }

    @Override
    public void close(int closeCode, String reason) {
        if (closing.compareAndSet(false, true)) {
            CoreSession to = requireSession();
            int code = CloseStatus.isTransmittableStatusCode(closeCode) ? closeCode : ErrorCode.INTERNAL.closeCode();
            cut = scheduler.schedule(to::abort, HttpLimits.WEBSOCKET_CLOSE.toMillis(), TimeUnit.MILLISECONDS);
            to.close(code, reason, Callback.NOOP);
        }
    }

    /** The next frame is demanded when the pong is out: a flood of pings queues nothing. */
    private static void pong(CoreSession from, Frame ping, Callback callback) {
        Callback sent = Callback.from(
                () -> {
                    callback.succeeded();
                    from.demand();
                },
                callback::failed);
        from.sendFrame(new OutgoingEntry.Builder(new Frame(OpCode.PONG, ping.getPayload()), sent).build());
    }

    /** Whether to read on now; if not, the platform says when. */
    private boolean receive(int opCode, boolean last, ByteBuffer payload) {
        MessageReceiver to = receiver;
        return to == null || !passOn(opCode, last, payload) || readsOn(to);
    }

    /** Whether the platform got a message. */
    private boolean passOn(int opCode, boolean last, ByteBuffer payload) {
        MessageReceiver to = receiver;
        if (closing.get() || to == null) {
            return false;
        }
        if (opCode != OpCode.CONTINUATION) {
            text = opCode == OpCode.TEXT;
        }
        try {
            if (!last) {
                assembly.add(payload);
                return false;
            }
            ByteBuffer message = assembly.finish(payload);
            if (text) {
                MessageAssembly.requireUtf8(message);
            }
            door.meters().received(message.remaining());
            to.onMessage(message, text);
            return true;
        } catch (RuntimeException e) {
            assembly.clear();
            fail(e);
            return false;
        }
    }

    private static ByteBuffer payload(Frame frame) {
        return frame.getPayload() == null ? BufferUtil.EMPTY_BUFFER : frame.getPayload();
    }

    /** Whether the platform is ready, or is no longer waited for; if not, it demands the next frame when it is. */
    private boolean readsOn(MessageReceiver to) {
        Resume resume = new Resume();
        held.set(resume);
        if (to.ready(resume) || isMoving()) {
            return held.compareAndSet(resume, null);
        }
        return false;
    }

    // --- moving

    private boolean isMoving() {
        synchronized (movingLock) {
            return moving;
        }
    }

    /** Whether the frame waits until the connection has moved. A close frame does not: the connection ends here then. */
    private boolean keep(Frame frame) {
        synchronized (movingLock) {
            if (!moving || closing.get()) {
                return false;
            }
            if (frame.getOpCode() != OpCode.CLOSE) {
                kept.add(new Kept(frame.getOpCode(), frame.isFin(), BufferUtil.toArray(payload(frame))));
                return true;
            }
        }
        endPoint.stayHere();
        return false;
    }

    @Override
    public boolean writesAtAnyTime() {
        return true;
    }

    @Override
    public void pause(Runnable still) {
        synchronized (movingLock) {
            moving = true;
        }
        MessageReceiver to = receiver;
        if (to == null) {
            still.run();
        } else {
            to.detach(still);
        }
        if (held.getAndSet(null) != null) {
            // What Jetty has read and not yet passed on is kept.
            requireSession().demand();
        }
    }

    @Override
    public boolean letsGo() {
        return endPoint.isFillInterested() && receiver != null && !closing.get();
    }

    @Override
    public ByteBuffer unread() {
        ByteArrayOutputStream unread = new ByteArrayOutputStream();
        boolean begun = assembly.hasBegun();
        if (begun) {
            byte[] bytes = assembly.bytes();
            unread.writeBytes(FrameTrack.frame(text ? OpCode.TEXT : OpCode.BINARY, false, bytes, bytes.length));
        }
        synchronized (movingLock) {
            for (Kept frame : kept) {
                unread.writeBytes(FrameTrack.frame(frame.opCode, frame.last, frame.payload, frame.payload.length));
                begun = OpCode.isDataFrame((byte) frame.opCode) ? !frame.last : begun;
            }
        }
        unread.writeBytes(endPoint.restOfFrame(begun));
        return ByteBuffer.wrap(unread.toByteArray());
    }

    @Override
    public Optional<MessageReceiver> session() {
        return Optional.ofNullable(receiver);
    }

    @Override
    public Optional<String> protocol() {
        return Optional.empty();
    }

    @Override
    public void stay() {
        MessageReceiver to = receiver;
        if (to != null) {
            to.attach(this);
        }
        synchronized (movingLock) {
            moving = false;
            receiveKept();
        }
    }

    /** In their order, before any that follows; a frame is demanded already. */
    private void receiveKept() {
        for (Kept frame : kept) {
            if (frame.opCode == OpCode.PING) {
                Frame pong = new Frame(OpCode.PONG, ByteBuffer.wrap(frame.payload));
                requireSession().sendFrame(new OutgoingEntry.Builder(pong, Callback.NOOP).build());
            } else if (OpCode.isDataFrame((byte) frame.opCode)) {
                passOn(frame.opCode, frame.last, ByteBuffer.wrap(frame.payload));
            }
        }
        kept.clear();
    }

    private void fail(RuntimeException e) {
        endPoint.lingerOnClose();
        door.meters().refusals.count(e);
        if (e instanceof PatchbayException known) {
            close(known.code().closeCode(), known.getMessage());
        } else {
            LOG.error("A WebSocket is closed because its message could not be handled", e);
            close(ErrorCode.INTERNAL.closeCode(), "internal error");
        }
    }

    private CoreSession requireSession() {
        CoreSession known = session;
        if (known == null) {
            throw new IllegalStateException("the WebSocket is not open yet");
        }
        return known;
    }

    /** Demands the next frame, once, however often the platform calls it. */
    private final class Resume implements Runnable {
        @Override
        public void run() {
            if (held.compareAndSet(this, null)) {
                requireSession().demand();
            }
        }
    }
}
