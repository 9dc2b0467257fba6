package io.patchbay.transport.http;

import io.patchbay.api.protocol.Connections;
import io.patchbay.api.protocol.MessageReceiver;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.Scheduler;

/** Where connections come in that speak a protocol of their own over TCP. Any thread. */
final class TcpDoor {
    private final Connections connections;
    private final Server server;
    private final BooleanSupplier draining;
    private final HttpMeters meters;
    private final Duration longestWait;
    private final Set<TcpPeer> peers = ConcurrentHashMap.newKeySet();

    /** @param longestWait of a connection for a protocol that is not there */
    TcpDoor(Connections connections, Server server, BooleanSupplier draining, HttpMeters meters, Duration longestWait) {
        this.connections = connections;
        this.server = server;
        this.draining = draining;
        this.meters = meters;
        this.longestWait = longestWait;
    }

    /** A connection for {@code protocol} on a socket that has just been accepted. */
    TcpPeer connect(HandOffEndPoint endPoint, String protocol) {
        return new TcpPeer(endPoint, protocol, this);
    }

    /** One that another transport had. */
    TcpPeer goOn(HandOffEndPoint endPoint, String protocol, Optional<MessageReceiver> session) {
        TcpPeer peer = new TcpPeer(endPoint, protocol, this);
        session.ifPresent(peer::goOnWith);
        return peer;
    }

    Connections connections() {
        return connections;
    }

    Executor executor() {
        return server.getThreadPool();
    }

    Scheduler scheduler() {
        return server.getScheduler();
    }

    ByteBufferPool buffers() {
        return server.getByteBufferPool();
    }

    HttpMeters meters() {
        return meters;
    }

    Duration longestWait() {
        return longestWait;
    }

    int open() {
        return peers.size();
    }

    /** Asks all clients to come back later, spread over a time that grows with their number. */
    void closeAll() {
        peers.forEach(this::askToComeBack);
    }

    void opened(TcpPeer peer) {
        peers.add(peer);
        // It may have come just before the drain began, so that closeAll didn't see it.
        if (draining.getAsBoolean()) {
            askToComeBack(peer);
        }
    }

    void closed(TcpPeer peer) {
        peers.remove(peer);
    }

    private void askToComeBack(TcpPeer peer) {
        peer.askToComeBack(
                "retry in " + HttpLimits.reconnectSpread(peers.size()).toMillis() + " ms");
    }
}
