package io.patchbay.transport.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
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

    private final Scheduler scheduler;
    private volatile Activity activity = Activity.IDLE;
    /** Set by whoever refuses, read when the connection is closed. */
    private volatile boolean lingering;

    private volatile long sinceNs = System.nanoTime();
    /** What is being answered, for {@link #checkTime}. */
    private volatile @Nullable RouteCall call;

    HandOffEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
        this.scheduler = scheduler;
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
        int filled = super.fill(buffer);
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
