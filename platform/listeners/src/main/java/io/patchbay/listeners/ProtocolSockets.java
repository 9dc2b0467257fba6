package io.patchbay.listeners;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.Arrival;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening sockets of protocols that are not HTTP. Opened and closed by one thread at a time, under the monitor of {@link SocketListeners}; looked at by any. */
final class ProtocolSockets {
    private static final Logger LOG = LoggerFactory.getLogger(ProtocolSockets.class);

    private final Consumer<Arrival> taker;
    /** Replaced whole, never changed. */
    private volatile Map<ProtocolSocket, AcceptLoop> open = Map.of();

    /** @param taker owns what is accepted, and never waits */
    ProtocolSockets(Consumer<Arrival> taker) {
        this.taker = taker;
    }

    /**
     * Opens what is wanted and not open, then closes what is open and not wanted; all of it or nothing.
     *
     * @throws PatchbayException in a sentence for the operator; then everything is as it was before
     */
    void apply(List<ProtocolSocket> wanted) {
        Map<ProtocolSocket, AcceptLoop> next = new LinkedHashMap<>();
        List<AcceptLoop> opened = new ArrayList<>();
        try {
            for (ProtocolSocket socket : wanted) {
                AcceptLoop loop = open.get(socket);
                if (loop == null) {
                    loop = open(socket);
                    opened.add(loop);
                }
                next.put(socket, loop);
            }
        } catch (PatchbayException e) {
            opened.forEach(AcceptLoop::close);
            throw e;
        }
        Map<ProtocolSocket, AcceptLoop> before = open;
        open = Map.copyOf(next);
        before.forEach((socket, loop) -> {
            if (!next.containsKey(socket)) {
                loop.close();
                LOG.info("No longer listening on {} for {}", SocketListeners.text(loop.address()), socket.protocol());
            }
        });
    }

    void close() {
        open.values().forEach(AcceptLoop::close);
        open = Map.of();
    }

    int size() {
        return open.size();
    }

    /** Where a protocol is reached, with the ports that were really bound. */
    Map<String, List<InetSocketAddress>> addresses() {
        Map<String, List<InetSocketAddress>> addresses = new java.util.TreeMap<>();
        open.forEach((socket, loop) -> addresses
                .computeIfAbsent(socket.protocol(), first -> new ArrayList<>())
                .add(loop.address()));
        return addresses;
    }

    private AcceptLoop open(ProtocolSocket socket) {
        InetSocketAddress address =
                ListenersConfig.requireLoopback(ListenersConfig.TCP, socket.address(), socket.port());
        Optional<String> protocol = Optional.of(socket.protocol());
        try {
            AcceptLoop loop = new AcceptLoop(
                    address, connection -> taker.accept(new Arrival(connection, Optional.empty(), protocol)));
            LOG.info("Listening on {} for {}", SocketListeners.text(loop.address()), socket.protocol());
            return loop;
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE,
                    SocketListeners.sentence(address, e, "another port in " + ListenersConfig.TCP),
                    e);
        }
    }
}
