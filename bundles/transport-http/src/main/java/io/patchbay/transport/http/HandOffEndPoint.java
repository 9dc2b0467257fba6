package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.io.ByteBufferPool;
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
 */
final class HandOffEndPoint extends SocketChannelEndPoint {
    private static final Logger LOG = LoggerFactory.getLogger(HandOffEndPoint.class);

    private enum Activity {
        IDLE,
        HEADERS,
        REQUEST,
        PROTOCOL
    }

    private static final byte[] CLEAR_TEXT_ANSWER = clearTextAnswer();

    private final Scheduler scheduler;
    private final Executor executor;
    /** Null for a connection in clear; set before the connection is opened. */
    private volatile @Nullable Tls tls;

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
    }

    // --- TLS, which lies between the channel and what is read and written here

    /** From now on what goes over the channel is encrypted, once the handshake is done. */
    Tls encrypt(SSLEngine engine, ByteBufferPool pool) {
        Tls made = new Tls(engine, pool, new Tls.Wire() {
            @Override
            public int fill(ByteBuffer buffer) throws IOException {
                return readChannel(buffer);
            }

            @Override
            public boolean flush(ByteBuffer... buffers) throws IOException {
                return HandOffEndPoint.super.flush(buffers);
            }
        });
        tls = made;
        return made;
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

    @Override
    public boolean flush(ByteBuffer... buffers) throws IOException {
        return flushClear(buffers);
    }

    @Override
    protected void needsFillInterest() {
        Tls encrypted = tls;
        if (encrypted != null && encrypted.hasUnread()) {
            executor.execute(() -> getFillInterest().fillable());
            return;
        }
        if (encrypted != null && encrypted.hasUnsent()) {
            // What TLS has to say by itself: nobody else waits until it can.
            super.onIncompleteFlush();
        }
        super.needsFillInterest();
    }

    @Override
    public @Nullable Runnable onSelected() {
        Runnable task = super.onSelected();
        Tls encrypted = tls;
        if (encrypted == null || !encrypted.hasUnsent()) {
            return task;
        }
        return () -> {
            pushEncrypted();
            if (task != null) {
                task.run();
            }
        };
    }

    private void pushEncrypted() {
        try {
            if (flushClear(BufferUtil.EMPTY_BUFFER)) {
                // A read may have had to wait for it.
                getFillInterest().fillable();
            } else {
                super.onIncompleteFlush();
            }
        } catch (IOException e) {
            close(e);
        }
    }

    @Override
    protected void doShutdownOutput() {
        Tls encrypted = tls;
        if (encrypted != null) {
            encrypted.shutdownOutput();
        }
        super.doShutdownOutput();
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

    // --- the end of a connection

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
        int filled = fillClear(buffer);
        if (filled > 0 && activity == Activity.IDLE) {
            become(Activity.HEADERS);
        }
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
    }

    void upgraded() {
        become(Activity.PROTOCOL);
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
