package io.patchbay.listeners;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.Arrival;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening sockets that are open. Changed by one thread at a time, under the monitor of {@link SocketListeners}; looked at by any.
 *
 * <p>A change opens what is new before it closes what is old, and takes back what it did if anything fails. A new socket on a port of an old one (another address, most often all of them)
 * can't be open beside it: then the old one closes first, and opens again if the change fails.
 */
final class OpenSockets {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSockets.class);

    private record Open(ListeningSocket socket, AcceptLoop loop) {}

    private final Consumer<Arrival> taker;
    /** Replaced whole, never changed. */
    private volatile Map<ListeningSocket.Place, Open> open = Map.of();

    /** @param taker owns what is accepted, and never waits */
    OpenSockets(Consumer<Arrival> taker) {
        this.taker = taker;
    }

    /**
     * Opens what is wanted and not open, closes what is open and not wanted; all of it or nothing. Sockets that stay go on, with what is to be spoken on them from their next connection on.
     *
     * @throws PatchbayException in a sentence for the operator; then everything is as it was before
     */
    void apply(List<ListeningSocket> wanted) {
        Map<ListeningSocket.Place, Open> before = open;
        Map<ListeningSocket.Place, Open> next = new LinkedHashMap<>();
        Map<ListeningSocket.Place, Open> surplus = new LinkedHashMap<>(before);
        wanted.forEach(socket -> surplus.remove(socket.place()));
        Map<ListeningSocket.Place, Open> closedEarly = new LinkedHashMap<>();
        List<AcceptLoop> opened = new ArrayList<>();
        try {
            for (ListeningSocket socket : wanted) {
                Open old = before.get(socket.place());
                AcceptLoop loop;
                if (old != null) {
                    loop = old.loop;
                } else {
                    closedEarly.putAll(closeOnPort(socket.address().getPort(), surplus));
                    loop = listen(socket);
                    opened.add(loop);
                }
                next.put(socket.place(), new Open(socket, loop));
            }
        } catch (RuntimeException e) {
            opened.forEach(AcceptLoop::close);
            reopen(closedEarly);
            throw e;
        }
        // Nothing can fail from here on.
        open = Map.copyOf(next);
        next.forEach((place, now) -> {
            now.loop.giveTo(connection -> take(now.socket, connection));
            tell(before.get(place), now);
        });
        closedEarly.values().forEach(OpenSockets::tellClosed);
        surplus.values().forEach(old -> {
            old.loop.close();
            tellClosed(old);
        });
    }

    void close() {
        open.values().forEach(old -> old.loop.close());
        open = Map.of();
    }

    int size() {
        return open.size();
    }

    /** Those of HTTP. */
    Map<InetSocketAddress, ListeningSocket> http() {
        Map<InetSocketAddress, ListeningSocket> http = new LinkedHashMap<>();
        open.values().stream()
                .filter(one -> one.socket.protocol().isEmpty())
                .forEach(one -> http.put(one.loop.address(), one.socket));
        return http;
    }

    /** Where a protocol that is not HTTP is reached, with the ports that were really bound. */
    Map<String, List<InetSocketAddress>> protocols() {
        Map<String, List<InetSocketAddress>> addresses = new TreeMap<>();
        Collection<Open> all = open.values();
        all.forEach(one -> one.socket
                .protocol()
                .ifPresent(protocol -> addresses
                        .computeIfAbsent(protocol, first -> new ArrayList<>())
                        .add(one.loop.address())));
        return addresses;
    }

    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private void take(ListeningSocket socket, SocketChannel connection) {
        Arrival arrival;
        try {
            arrival = socket.arrival(connection);
        } catch (RuntimeException e) {
            LOG.error("TLS can't be made ready for a connection, which is closed", e);
            HandOver.closeQuietly(connection);
            return;
        }
        taker.accept(arrival);
    }

    /** Takes those out of {@code surplus} that no socket on {@code port} can be open beside, and closes them. */
    private static Map<ListeningSocket.Place, Open> closeOnPort(int port, Map<ListeningSocket.Place, Open> surplus) {
        Map<ListeningSocket.Place, Open> inTheWay = new LinkedHashMap<>(surplus);
        inTheWay.values().removeIf(old -> port == 0 || old.loop.address().getPort() != port);
        inTheWay.forEach((place, old) -> {
            surplus.remove(place);
            old.loop.close();
        });
        return inTheWay;
    }

    private void reopen(Map<ListeningSocket.Place, Open> closed) {
        if (closed.isEmpty()) {
            return;
        }
        Map<ListeningSocket.Place, Open> again = new LinkedHashMap<>(open);
        closed.forEach((place, old) -> {
            try {
                AcceptLoop loop = new AcceptLoop(old.loop.address());
                again.put(place, new Open(old.socket, loop));
                loop.giveTo(connection -> take(old.socket, connection));
            } catch (IOException e) {
                again.remove(place);
                LOG.error("The socket on {} can't be opened again: {}", text(old.loop.address()), e.getMessage());
            }
        });
        open = Map.copyOf(again);
    }

    private static AcceptLoop listen(ListeningSocket socket) {
        try {
            return new AcceptLoop(socket.address());
        } catch (IOException e) {
            throw new PatchbayException(ErrorCode.UNAVAILABLE, sentence(socket, e), e);
        }
    }

    private static String sentence(ListeningSocket socket, IOException e) {
        InetSocketAddress address = socket.address();
        boolean inUse = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("in use");
        return inUse
                ? "Port " + address.getPort() + " on " + address.getAddress().getHostAddress()
                        + " is already in use, perhaps by another Patchbay node; stop that program or choose "
                        + socket.remedy() + "."
                : "Cannot listen on " + text(address) + ": " + e.getMessage() + ".";
    }

    private static void tell(@Nullable Open before, Open now) {
        if (before == null || !before.socket.spoken().equals(now.socket.spoken())) {
            LOG.info("Listening on {} for {}", text(now.loop.address()), now.socket.spoken());
        }
    }

    private static void tellClosed(Open old) {
        LOG.info("No longer listening on {}", text(old.loop.address()));
    }
}
