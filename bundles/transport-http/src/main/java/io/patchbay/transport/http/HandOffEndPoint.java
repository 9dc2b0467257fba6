package io.patchbay.transport.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * One connection, and what it is doing: idle, sending us a request's headers, being served, or a WebSocket.
 *
 * <p>The fields are written by whichever of Jetty's threads works on the connection, one at a time, and read by the checks that close idle and slow ones.
 */
final class HandOffEndPoint extends SocketChannelEndPoint {
    private enum Activity {
        IDLE,
        HEADERS,
        REQUEST,
        WEBSOCKET
    }

    private volatile Activity activity = Activity.IDLE;
    private volatile long sinceNs = System.nanoTime();

    HandOffEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
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

    void requestEnded() {
        if (activity == Activity.REQUEST) {
            become(Activity.IDLE);
        }
    }

    void upgraded() {
        become(Activity.WEBSOCKET);
    }

    boolean idleFor(Duration time) {
        return activity == Activity.IDLE && System.nanoTime() - sinceNs >= time.toNanos();
    }

    boolean sendingHeadersFor(Duration time) {
        return activity == Activity.HEADERS && System.nanoTime() - sinceNs >= time.toNanos();
    }

    /** Whether the client reached us on an address that only this machine has. */
    boolean loopback() {
        return getLocalSocketAddress() instanceof InetSocketAddress local && local.getAddress().isLoopbackAddress();
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
