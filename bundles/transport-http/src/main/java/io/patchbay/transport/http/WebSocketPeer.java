package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.protocol.Connections;
import io.patchbay.api.protocol.MessageChannel;
import io.patchbay.api.protocol.MessageReceiver;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
 */
final class WebSocketPeer implements FrameHandler, MessageChannel {
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
    private volatile Scheduler.Task cut = () -> false;

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

    @Override
    public void onOpen(CoreSession opened, Callback callback) {
        session = opened;
        endPoint.upgraded();
        try {
            receiver = connections.open(protocol, this, endPoint.remoteAddress());
        } catch (RuntimeException e) {
            fail(e);
        }
        door.opened(this);
        callback.succeeded();
        opened.demand();
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        CoreSession from = requireSession();
        switch (frame.getOpCode()) {
            case OpCode.PING -> pong(from, frame, callback);
            case OpCode.CLOSE -> {
                // Jetty answers it when the callback is completed; no frame can follow.
                closing.set(true);
                callback.succeeded();
            }
            case OpCode.TEXT, OpCode.BINARY, OpCode.CONTINUATION -> {
                boolean more = receive(frame);
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
        if (gone != null) {
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
    private boolean receive(Frame frame) {
        MessageReceiver to = receiver;
        if (closing.get() || to == null) {
            return true;
        }
        if (frame.getOpCode() != OpCode.CONTINUATION) {
            text = frame.getOpCode() == OpCode.TEXT;
        }
        ByteBuffer payload = frame.getPayload() == null ? BufferUtil.EMPTY_BUFFER : frame.getPayload();
        try {
            if (!frame.isFin()) {
                assembly.add(payload);
                return true;
            }
            ByteBuffer message = assembly.finish(payload);
            if (text) {
                MessageAssembly.requireUtf8(message);
            }
            door.meters().received(message.remaining());
            to.onMessage(message, text);
        } catch (RuntimeException e) {
            assembly.clear();
            fail(e);
            return true;
        }
        return to.ready(new Resume());
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
    private final class Resume extends AtomicBoolean implements Runnable {
        private static final long serialVersionUID = 1L;

        @Override
        public void run() {
            if (compareAndSet(false, true)) {
                requireSession().demand();
            }
        }
    }
}
