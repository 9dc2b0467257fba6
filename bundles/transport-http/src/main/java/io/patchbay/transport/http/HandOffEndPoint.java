package io.patchbay.transport.http;

import io.patchbay.api.http.Arrival;
import io.patchbay.api.http.MovedConnection;
import io.patchbay.api.http.OpenConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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

    private enum Activity {
        IDLE,
        HEADERS,
        REQUEST,
        PROTOCOL
    }

    private final Scheduler scheduler;
    private final Executor executor;
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
    void adopt(MovedConnection moved) {
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
        MovedConnection moved = new MovedConnection(
                new Arrival(getChannel(), Optional.empty(), leaving.protocol()),
                leaving.session(),
                join(leaving.unread(), unread),
                backlog.take());
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
            if (!backlog.flush(super::flush)) {
                super.onIncompleteFlush();
            }
        } catch (IOException e) {
            close(e);
        }
    }

    @Override
    public @Nullable Runnable onSelected() {
        Runnable task = super.onSelected();
        if (backlog.isEmpty()) {
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
        return (backlog.isEmpty() || backlog.flush(super::flush)) && super.flush(buffers);
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
        if (unread.hasRemaining()) {
            executor.execute(() -> getFillInterest().fillable());
        } else {
            super.needsFillInterest();
        }
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
        if (!gone) {
            super.doShutdownOutput();
        }
    }

    /** Says that the client may be in the middle of sending what we refused. */
    void lingerOnClose() {
        lingering = true;
    }

    /** Ends the connection at once and in a way that no client takes for the end of a whole answer, not even one of HTTP/1.0, where the end of the connection is the end of the body. */
    void cut() {
        lingering = false;
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
                backlog.flush(super::flush);
            } catch (IOException lost) {
                LOG.debug("A connection ended with something unsent: {}", lost.toString());
            }
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
        int filled = unread.hasRemaining() ? fillUnread(buffer) : super.fill(buffer);
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
