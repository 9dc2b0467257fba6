package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.Arrival;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.MovedConnection;
import io.patchbay.api.http.OpenConnection;
import io.patchbay.api.http.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, and what it is doing: idle, sending us a request's headers, being served, or a WebSocket or another protocol that lasts.
 *
 * <p>The fields are written by whichever of Jetty's threads works on the connection, one at a time, and read by the checks that close idle and slow ones.
 *
 * <p>It can {@linkplain #release leave} for another transport, whatever its client is in the middle of. While it is leaving nothing more is read, and what a WebSocket or a protocol writes is caught
 * in {@link Backlog} instead of being sent, so that a client that does not read holds nobody up. Once the passenger is still and nobody reads, the selector's thread takes the channel away; what is left of
 * Jetty's objects is closed without touching it.
 */
final class HandOffEndPoint extends SocketChannelEndPoint implements OpenConnection {
    private static final Logger LOG = LoggerFactory.getLogger(HandOffEndPoint.class);

    private static final byte[] CLEAR_TEXT_ANSWER = clearTextAnswer();

    private enum Activity {
        IDLE,
        HEADERS,
        REQUEST,
        PROTOCOL
    }

    private final Scheduler scheduler;
    private final Executor executor;
    /** Null for a connection in clear; set before the connection is opened. */
    private volatile @Nullable Tls tls;

    private final ManagedSelector selector;
    private final Backlog backlog = new Backlog();
    /** Set while it is leaving, and once it has left. */
    private final AtomicReference<@Nullable Departure> departure = new AtomicReference<>();

    /** The channel is another transport's. */
    private volatile boolean gone;

    private volatile @Nullable Passenger passenger;
    /** What was taken from the channel before it came here, and is not read yet; the reading thread's. */
    private ByteBuffer unread = BufferUtil.EMPTY_BUFFER;
    /** Of a WebSocket. */
    private volatile @Nullable FrameTrack frames;
    /** Whether a streamed answer has begun, which is the connection's last. */
    private volatile boolean streaming;

    private volatile Activity activity = Activity.IDLE;
    /** Set by whoever refuses, read when the connection is closed. */
    private volatile boolean lingering;
    /** Likewise: the client is to take the end for a failure. */
    private volatile boolean silent;

    private volatile long sinceNs = System.nanoTime();
    /** What is being answered, for {@link #checkTime}. */
    private volatile @Nullable RouteCall call;

    HandOffEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler, Executor executor) {
        super(channel, selector, key, scheduler);
        this.scheduler = scheduler;
        this.executor = executor;
        this.selector = selector;
    }

    // --- TLS, which lies between the channel and what is read and written here

    /** From now on what goes over the channel is encrypted, once the handshake is done. */
    Tls encrypt(SSLEngine engine, ByteBufferPool pool) {
        Tls made = new Tls(engine, pool, wire());
        tls = made;
        return made;
    }

    private Tls.Wire wire() {
        return new Tls.Wire() {
            @Override
            public int fill(ByteBuffer buffer) throws IOException {
                return readChannel(buffer);
            }

            @Override
            public boolean flush(ByteBuffer... buffers) throws IOException {
                return HandOffEndPoint.super.flush(buffers);
            }
        };
    }

    @Override
    public boolean isSecure() {
        return tls != null;
    }

    /** As {@link SocketChannelEndPoint#fill}, but that it does not end the connection's input, which calls back: it is called under TLS' monitor. */
    private int readChannel(ByteBuffer buffer) {
        int at = BufferUtil.flipToFill(buffer);
        try {
            int read = getChannel().read(buffer);
            if (read > 0) {
                notIdle();
            }
            return read;
        } catch (IOException gone) {
            LOG.debug("A connection ended before its time: {}", gone.toString());
            return -1;
        } finally {
            BufferUtil.flipToFlush(buffer, at);
        }
    }

    private int fillClear(ByteBuffer buffer) throws IOException {
        Tls encrypted = tls;
        if (encrypted == null) {
            return super.fill(buffer);
        }
        int filled = encrypted.fill(buffer);
        if (filled < 0) {
            shutdownInput();
        }
        return filled;
    }

    private boolean flushClear(ByteBuffer... buffers) throws IOException {
        Tls encrypted = tls;
        return encrypted == null ? super.flush(buffers) : encrypted.flush(buffers);
    }

    /**
     * Ends a connection whose client speaks no TLS.
     *
     * @param http whether it is told so as HTTP would
     */
    void refuseClearText(boolean http) {
        Tls never = tls;
        if (never != null) {
            never.close(true);
        }
        try {
            if (http) {
                super.flush(ByteBuffer.wrap(CLEAR_TEXT_ANSWER));
                lingerOnClose();
            }
        } catch (IOException gone) {
            LOG.debug("A connection ended before its time: {}", gone.toString());
        }
        close();
    }

    private static byte[] clearTextAnswer() {
        HttpResponse problem = Problem.of(new PatchbayException(
                ErrorCode.BAD_REQUEST, "This port speaks TLS; use an address that begins with https:// or wss://."));
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes(("HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: "
                        + problem.body().length + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        answer.writeBytes(problem.body());
        return answer.toByteArray();
    }

    /** One try to leave. */
    private static final class Departure {
        final CompletableFuture<Optional<MovedConnection>> result = new CompletableFuture<>();
        final Passenger passenger;
        volatile boolean still;
        /** Left, or called off; guarded by this object. */
        private boolean decided;

        Departure(Passenger passenger) {
            this.passenger = passenger;
        }
    }

    // --- moving

    /** What another transport had read and not sent; before the connection is opened. */
    void adopt(MovedConnection moved, ByteBufferPool pool) {
        moved.arrival()
                .tls()
                .ifPresent(engine -> tls = Tls.adopted(engine, pool, wire(), moved.undecrypted(), moved.encrypted()));
        unread = moved.unread();
        backlog.add(moved.unsent());
    }

    void carry(Passenger next) {
        passenger = next;
        // Whoever was about to leave is here no more.
        stayHere();
    }

    /** Calls off what it may be about to do. */
    void stayHere() {
        Departure now = departure.get();
        if (now != null) {
            callOff(now);
        }
    }

    /** From now on what is read is frames. */
    void trackFrames() {
        frames = new FrameTrack();
    }

    void readBehindHandshake(ByteBuffer bytes) {
        FrameTrack track = frames;
        if (track != null) {
            track.read(bytes);
        }
    }

    /** What completes the frame of which a part has been read; see {@link FrameTrack#rest}. */
    byte[] restOfFrame(boolean begun) {
        FrameTrack track = frames;
        return track == null ? new byte[0] : track.rest(begun);
    }

    void streams() {
        streaming = true;
    }

    boolean isMovable() {
        return !gone && !streaming && passenger != null;
    }

    boolean hasLeft() {
        return gone;
    }

    boolean betweenRequests() {
        return activity == Activity.IDLE || activity == Activity.HEADERS;
    }

    @Override
    public CompletionStage<Optional<MovedConnection>> release(Duration atMost) {
        Passenger leaving = passenger;
        if (leaving == null || !isMovable() || !isOpen() || isLong(atMost)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Departure begun = new Departure(leaving);
        if (!departure.compareAndSet(null, begun)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        if (passenger != leaving) {
            // It has just become a WebSocket.
            callOff(begun);
            return begun.result;
        }
        leaving.pause(() -> {
            begun.still = true;
            tryToLeave();
        });
        if (leaving.writesAtAnyTime()) {
            getWriteFlusher().completeWrite();
        }
        scheduler.schedule(() -> callOff(begun), atMost.toNanos(), TimeUnit.NANOSECONDS);
        return begun.result;
    }

    /** Whether a request runs that has not ended in such a time already. */
    private boolean isLong(Duration time) {
        return activity == Activity.REQUEST && System.nanoTime() - sinceNs >= time.toNanos();
    }

    private boolean isLeaving() {
        return departure.get() != null;
    }

    /** Whether what is written is caught: of HTTP all is sent before it leaves. */
    private boolean catches() {
        Departure now = departure.get();
        return now != null && now.passenger.writesAtAnyTime();
    }

    /** After anything that it may have waited for. */
    private void tryToLeave() {
        if (isLeaving() && !gone) {
            selector.submit(this::leave);
        }
    }

    /** On the selector's thread, which uses the channel no more once the key is cancelled. */
    private void leave(Selector from) {
        Departure now = departure.get();
        if (now == null) {
            return;
        }
        Passenger leaving = now.passenger;
        synchronized (now) {
            if (now.decided || !now.still || !leaving.letsGo()) {
                return;
            }
            now.decided = true;
            gone = true;
        }
        SelectionKey key = getChannel().keyFor(from);
        if (key != null) {
            key.attach(null);
            key.cancel();
        }
        setIdleTimeout(0);
        Tls.Left encrypted = Optional.ofNullable(tls).map(Tls::leave).orElse(Tls.Left.NOTHING);
        MovedConnection moved = new MovedConnection(
                new Arrival(getChannel(), encrypted.engine(), leaving.protocol()),
                leaving.session(),
                join(join(leaving.unread(), unread), encrypted.decrypted()),
                backlog.take(),
                encrypted.undecrypted(),
                encrypted.unsent());
        executor.execute(() -> {
            now.result.complete(Optional.of(moved));
            close();
        });
    }

    private static ByteBuffer join(ByteBuffer first, ByteBuffer then) {
        return ByteBuffer.allocate(first.remaining() + then.remaining())
                .put(first)
                .put(then)
                .flip();
    }

    /** Goes on here, unless it has left. */
    private void callOff(Departure now) {
        synchronized (now) {
            if (now.decided) {
                return;
            }
            now.decided = true;
        }
        departure.set(null);
        now.passenger.stay();
        pushBacklog();
        if (isFillInterested()) {
            needsFillInterest();
        }
        now.result.complete(Optional.empty());
    }

    // --- what is caught, and what came from another transport

    /** Sends what waits before all else, as far as the client takes it now. */
    void pushBacklog() {
        if (gone || isLeaving()) {
            return;
        }
        try {
            if (!backlog.flush(this::flushClear) || !flushClear(BufferUtil.EMPTY_BUFFER)) {
                super.onIncompleteFlush();
            } else if (tls != null) {
                // A read may have had to wait for what TLS had to say.
                getFillInterest().fillable();
            }
        } catch (IOException e) {
            close(e);
        }
    }

    /** Whether something is to be sent that no writer waits for. */
    private boolean hasUnsent() {
        Tls encrypted = tls;
        return !backlog.isEmpty() || encrypted != null && encrypted.hasUnsent();
    }

    @Override
    public @Nullable Runnable onSelected() {
        Runnable task = super.onSelected();
        if (!hasUnsent()) {
            return task;
        }
        return () -> {
            pushBacklog();
            if (task != null) {
                task.run();
            }
        };
    }

    @Override
    public boolean flush(ByteBuffer... buffers) throws IOException {
        if (gone) {
            throw new EofException("the connection has moved");
        }
        if (catches()) {
            for (ByteBuffer buffer : buffers) {
                backlog.add(buffer);
            }
            if (!isLeaving()) {
                // Called off in between: whoever did may not have seen this.
                pushBacklog();
            }
            return true;
        }
        return (backlog.isEmpty() || backlog.flush(this::flushClear)) && flushClear(buffers);
    }

    @Override
    protected void onIncompleteFlush() {
        if (catches()) {
            executor.execute(() -> getWriteFlusher().completeWrite());
        } else {
            super.onIncompleteFlush();
        }
    }

    @Override
    protected void needsFillInterest() {
        if (gone) {
            return;
        }
        if (isLeaving() && !readsOn()) {
            tryToLeave();
            // Called off in between: whoever did may not have seen the interest.
            if (isLeaving()) {
                return;
            }
        }
        Tls encrypted = tls;
        if (unread.hasRemaining() || encrypted != null && encrypted.hasUnread()) {
            executor.execute(() -> getFillInterest().fillable());
            return;
        }
        if (encrypted != null && encrypted.hasUnsent()) {
            // What TLS has to say by itself: nobody else waits until it can.
            super.onIncompleteFlush();
        }
        super.needsFillInterest();
    }

    /** Whether it reads while it is leaving: the body of a request that runs. */
    private boolean readsOn() {
        return activity == Activity.REQUEST;
    }

    @Override
    public boolean isOpen() {
        return !gone && super.isOpen();
    }

    @Override
    protected void doShutdownOutput() {
        if (gone) {
            return;
        }
        Tls encrypted = tls;
        if (encrypted != null) {
            encrypted.shutdownOutput();
        }
        super.doShutdownOutput();
    }

    /** Says that the client may be in the middle of sending what we refused. */
    void lingerOnClose() {
        lingering = true;
    }

    /** Ends the connection at once and in a way that no client takes for the end of a whole answer, not even one of HTTP/1.0, where the end of the connection is the end of the body. */
    void cut() {
        lingering = false;
        silent = true;
        try {
            getChannel().setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException gone) {
            LOG.debug("A connection ended before its time: {}", gone.toString());
        }
        close();
    }

    /**
     * Closing a socket with unread input resets it, and the client may lose our last words, which say why. So where it may still be sending we end our side first and drop what comes
     * until it has seen that, bounded by {@link HttpLimits#LINGER}.
     */
    @Override
    public void doClose() {
        if (gone) {
            return;
        }
        if (!backlog.isEmpty()) {
            try {
                backlog.flush(this::flushClear);
            } catch (IOException lost) {
                LOG.debug("A connection ended with something unsent: {}", lost.toString());
            }
        }
        Tls encrypted = tls;
        if (encrypted != null) {
            encrypted.close(silent);
        }
        if (lingering && getChannel().isOpen() && !getChannel().socket().isInputShutdown()) {
            try {
                getChannel().shutdownOutput();
                discardUntil(System.nanoTime() + HttpLimits.LINGER.toNanos());
                return;
            } catch (IOException gone) {
                LOG.debug("A connection ended before its time: {}", gone.toString());
            }
        }
        super.doClose();
    }

    private void discardUntil(long deadlineNs) {
        if (discard() && System.nanoTime() - deadlineNs < 0) {
            scheduler.schedule(
                    () -> discardUntil(deadlineNs), HttpLimits.LINGER_CHECK.toMillis(), TimeUnit.MILLISECONDS);
        } else {
            super.doClose();
        }
    }

    /** Whether the client may send more. */
    private boolean discard() {
        ByteBuffer dropped = ByteBuffer.allocate(HttpLimits.LINGER_READ_BYTES);
        try {
            int read = 1;
            for (int reads = 0; read > 0 && reads < HttpLimits.LINGER_READS; reads++) {
                read = getChannel().read(dropped.clear());
            }
            return read >= 0;
        } catch (IOException gone) {
            return false;
        }
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        if (gone) {
            return -1;
        }
        if (isLeaving() && !readsOn()) {
            return 0;
        }
        int filled = unread.hasRemaining() ? fillUnread(buffer) : fillClear(buffer);
        if (filled > 0) {
            if (activity == Activity.IDLE) {
                become(Activity.HEADERS);
            }
            FrameTrack track = frames;
            if (track != null) {
                track.read(buffer.duplicate().position(buffer.limit() - filled));
            }
        }
        return filled;
    }

    private int fillUnread(ByteBuffer buffer) {
        int at = BufferUtil.flipToFill(buffer);
        int filled = BufferUtil.put(unread, buffer);
        BufferUtil.flipToFlush(buffer, at);
        return filled;
    }

    void requestStarted() {
        become(Activity.REQUEST);
    }

    /** Until the request ends. */
    void watch(RouteCall running) {
        call = running;
    }

    /** Lets the request that is being answered, if there is one, see how late it is. */
    void checkTime(long nowNs) {
        RouteCall running = call;
        if (running != null) {
            running.checkTime(nowNs);
        }
    }

    void requestEnded() {
        call = null;
        if (activity == Activity.REQUEST) {
            become(Activity.IDLE);
        }
        tryToLeave();
    }

    /** It is no HTTP any more. */
    void upgraded(Passenger lasting) {
        become(Activity.PROTOCOL);
        carry(lasting);
    }

    boolean idleFor(Duration time) {
        return activity == Activity.IDLE && System.nanoTime() - sinceNs >= time.toNanos();
    }

    boolean sendingHeadersFor(Duration time) {
        return activity == Activity.HEADERS && System.nanoTime() - sinceNs >= time.toNanos();
    }

    /** Whether the client reached us on an address that only this machine has. */
    boolean loopback() {
        return getLocalSocketAddress() instanceof InetSocketAddress local
                && local.getAddress().isLoopbackAddress();
    }

    /** Without port and without the interface's name; empty if the connection is gone. */
    String remoteAddress() {
        if (getRemoteSocketAddress() instanceof InetSocketAddress remote) {
            String address = remote.getAddress().getHostAddress();
            int scope = address.indexOf('%');
            return scope < 0 ? address : address.substring(0, scope);
        }
        return "";
    }

    private void become(Activity next) {
        sinceNs = System.nanoTime();
        activity = next;
    }
}
