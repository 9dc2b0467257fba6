package io.patchbay.engine.connection;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import io.patchbay.api.protocol.Connections;
import io.patchbay.api.protocol.MessageChannel;
import io.patchbay.api.protocol.MessageReceiver;
import io.patchbay.api.protocol.Protocol;
import io.patchbay.engine.plane.DataPlane;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections of clients. When a protocol is swapped, every connection that speaks it gets a codec of the new version, made from the state of its old one, and stays open.
 *
 * <p>Immediate, since a delayed component would end, with all connections, when the transport that uses it is swapped. One lease per protocol stands for all its connections. Handing over is the work of one thread, so two swaps can't interleave.
 */
@Component(
        service = {Connections.class, LoginConnections.class, ClientConnections.class},
        immediate = true)
public final class ClientConnections implements Connections, LoginConnections {
    /** How many clients can be connected at a time. */
    public static final int MOST_CONNECTIONS = 20_000;

    private static final Logger LOG = LoggerFactory.getLogger(ClientConnections.class);
    private static final int SERVICE_RESTART = 1012;

    private final DataPlane plane;
    private final Providers providers;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, ClientConnection> connections = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "patchbay-connections"));
    private final AutoCloseable listening;
    private final ConnectionMeters meters;
    // Guarded by itself; which version of a protocol new connections get.
    private final Map<String, Serving> serving = new HashMap<>();
    private final AtomicLong versions = new AtomicLong();
    private volatile boolean stopping;

    /** @param number grows with every version, of whatever protocol */
    private record Serving(Lease<Protocol> lease, long number) {}

    @Activate
    public ClientConnections(@Reference DataPlane plane, @Reference Providers providers) {
        this.plane = plane;
        this.providers = providers;
        this.listening = providers.onChange(Protocol.class, this::onProtocols);
        this.meters = new ConnectionMeters(plane.metrics(), this);
    }

    @Override
    public boolean offers(String protocol) {
        return providers.names(Protocol.class).contains(protocol);
    }

    @Override
    public int count(String protocol) {
        return (int) connections.values().stream()
                .filter(connection -> connection.protocol().equals(protocol))
                .count();
    }

    @Override
    public MessageReceiver open(String protocol, MessageChannel channel, String remoteAddress) {
        if (stopping) {
            throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.");
        }
        if (connections.size() >= MOST_CONNECTIONS) {
            meters.refused.increment();
            throw PatchbayException.beyond(
                    "client_connections",
                    ErrorCode.OVERLOADED,
                    "There are " + MOST_CONNECTIONS + " connections already; try again later.");
        }
        ClientConnection connection = new ClientConnection(
                ids.incrementAndGet(), protocol, remoteAddress, channel, plane.sessionParts(), this);
        Serving version;
        synchronized (serving) {
            version = requireServing(protocol);
            // In the map before its codec is there: a hand-over from now on reaches it, and takes precedence over the
            // version that it came with.
            connections.put(connection.id(), connection);
        }
        try {
            connection.use(version.lease().provider(), version.number());
        } catch (RuntimeException | LinkageError e) {
            connection.onClosed();
            throw e;
        }
        return connection;
    }

    private Serving requireServing(String protocol) {
        Serving known = serving.get(protocol);
        if (known == null) {
            Lease<Protocol> lease = providers
                    .find(Protocol.class, protocol)
                    .orElseThrow(() -> new PatchbayException(
                            ErrorCode.UNAVAILABLE, "Nothing here speaks the protocol '" + protocol + "'."));
            known = new Serving(lease, versions.incrementAndGet());
            serving.put(protocol, known);
        }
        return known;
    }

    private void onProtocols() {
        try {
            thread.execute(this::handOver);
        } catch (RejectedExecutionException stopped) {
            // Closed: no connection is left.
        }
    }

    private void handOver() {
        Map<String, Serving> replaced;
        synchronized (serving) {
            replaced = new HashMap<>(serving);
        }
        replaced.values().removeIf(version -> version.lease().current());
        replaced.forEach(this::handOver);
    }

    /** From the moment that the new version is in {@link #serving}, new connections get it; those that are there are handed over then, and the old version is let go of last. */
    private void handOver(String protocol, Serving old) {
        Optional<Lease<Protocol>> next = findNext(protocol);
        Optional<Serving> version = next.map(lease -> new Serving(lease, versions.incrementAndGet()));
        synchronized (serving) {
            version.ifPresentOrElse(now -> serving.put(protocol, now), () -> serving.remove(protocol));
        }
        version.ifPresentOrElse(
                now -> handOver(protocol, old, now), () -> closeAll(protocol, "The protocol was removed."));
        old.lease().close();
    }

    private void handOver(String protocol, Serving old, Serving now) {
        boolean adopts = now.lease().stateVersions().adopts(old.lease().stateVersions());
        new HandOver(protocol, now.lease().provider(), now.number(), adopts, meters).run(connections.values());
    }

    private Optional<Lease<Protocol>> findNext(String protocol) {
        try {
            return providers.find(Protocol.class, protocol);
        } catch (RuntimeException | LinkageError e) {
            LOG.error("The next version of the protocol {} can't be reached", protocol, e);
            return Optional.empty();
        }
    }

    private void closeAll(String protocol, String reason) {
        for (ClientConnection connection : connections.values()) {
            if (connection.protocol().equals(protocol)) {
                connection.close(ErrorCode.UNAVAILABLE.closeCode(), reason);
            }
        }
    }

    @Override
    public void closeFamily(String family) {
        plane.listenedSessions().endFamily(family);
        for (ClientConnection connection : connections.values()) {
            if (connection.session().identity().family().filter(family::equals).isPresent()) {
                connection.close(ErrorCode.UNAUTHENTICATED.closeCode(), "The login has ended.");
            }
        }
    }

    /** A codec of this version of the protocol failed. */
    void failed(String protocol, long number, Throwable failure) {
        synchronized (serving) {
            Serving version = serving.get(protocol);
            if (version != null && version.number() == number) {
                version.lease().failed(failure);
            }
        }
    }

    void forget(ClientConnection connection) {
        connections.remove(connection.id());
    }

    /** The client has the drain time to read what was sent before the close. */
    void closeLater(ClientConnection connection) {
        try {
            thread.schedule(connection::finishClose, Limits.DRAIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            connection.finishClose();
        }
    }

    /** What was sent is out. */
    void closeNow(ClientConnection connection) {
        try {
            thread.execute(connection::finishClose);
        } catch (RejectedExecutionException stopped) {
            // Everything is being closed already.
        }
    }

    /** A client did not read what it had asked for. */
    void outboxFull() {
        meters.outboxFull.increment();
    }

    /** Connections that are held back until their clients have read more. */
    long blocked() {
        return connections.values().stream()
                .filter(connection -> !connection.writable())
                .count();
    }

    /** Open connections. */
    public int count() {
        return connections.size();
    }

    /** Bytes that clients have not read yet. */
    public long outboxBytes() {
        return connections.values().stream()
                .mapToLong(ClientConnection::outboxBytes)
                .sum();
    }

    @Deactivate
    public void stop() {
        stopping = true;
        close(listening);
        for (ClientConnection connection : connections.values()) {
            connection.close(SERVICE_RESTART, "retry in 2000 ms");
        }
        thread.shutdownNow();
        connections.values().forEach(ClientConnection::finishClose);
        synchronized (serving) {
            serving.values().forEach(version -> version.lease().close());
            serving.clear();
        }
    }

    private static void close(AutoCloseable registration) {
        try {
            registration.close();
        } catch (Exception e) {
            LOG.warn("A registration could not be ended", e);
        }
    }
}
