package io.patchbay.listeners;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.Arrival;
import io.patchbay.api.http.Listeners;
import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.Providers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the listening sockets as configured, and again when the configuration changes: the new socket opens before the old one closes, and if it can't, the old one stays.
 *
 * <p>The service is there even when no socket is: {@link #findProblem} then says why, and the launcher shows it to whoever started the node.
 */
@org.osgi.service.component.annotations.Component(
        service = {Listeners.class, Component.class},
        immediate = true,
        configurationPid = ListenersConfig.PID)
public final class SocketListeners implements Listeners, Component {
    private static final Logger LOG = LoggerFactory.getLogger(SocketListeners.class);

    private enum State {
        OFFLINE,
        LISTENING,
        REFUSED,
        CLOSED
    }

    private final ListenersConfig.FrameworkProperties framework;
    private final HandOver handOver;
    private final ConnectionMoves moves;
    private final ProtocolSockets protocols;

    private volatile State state = State.OFFLINE;
    private volatile @Nullable AcceptLoop loop;
    private volatile @Nullable String problem;
    /** What {@link #loop} was opened for; read and written under this object's monitor. */
    private @Nullable InetSocketAddress wanted;

    @Activate
    public SocketListeners(@Reference Providers providers, BundleContext context, Map<String, Object> properties) {
        this(
                new HandOver(providers),
                new ConnectionMoves(providers),
                name -> Optional.ofNullable(context.getProperty(name)),
                properties);
    }

    SocketListeners(
            HandOver handOver,
            ConnectionMoves moves,
            ListenersConfig.FrameworkProperties framework,
            Map<String, ?> properties) {
        this.handOver = handOver;
        this.moves = moves;
        this.protocols = new ProtocolSockets(handOver::accept);
        this.framework = framework;
        apply(properties);
    }

    /** It listens without metrics, too. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setMetrics(Metrics metrics) {
        metrics.whenAsked(this::show);
    }

    private void show(Metrics metrics) {
        LimitGauges.show(metrics, "listeners", "waiting_connections", HandOver.WAITING_CONNECTIONS);
        LimitGauges.show(metrics, "listeners", "moves_at_a_time", ConnectionMoves.MOST_AT_A_TIME);
        LimitGauges.show(metrics, "listeners", "move_ms", ConnectionMoves.MOVE.toMillis());
        metrics.total(
                "patchbay_connections_moved_total",
                "Open connections that moved to another version of the transport.",
                moves::moved);
        metrics.total(
                "patchbay_connections_not_moved_total",
                "Open connections of a replaced transport that could not move: their requests ended on it, or they were asked to reconnect.",
                moves::notMoved);
        metrics.total(
                "patchbay_listener_connections_total",
                "Connections that were accepted and given to the transport.",
                handOver::handed);
        metrics.total(
                "patchbay_listener_connections_refused_total",
                "Connections closed because no transport took them in time, or too many waited.",
                handOver::refused);
        metrics.gauge(
                "patchbay_listener_connections_waiting",
                "Connections that wait for a transport that is being updated.",
                handOver::waiting);
        metrics.gauge(
                "patchbay_listener_open",
                "Sockets that listen.",
                () -> addresses().size() + protocols.size());
    }

    /** What was registered goes with the service. */
    void unsetMetrics(Metrics metrics) {
        LOG.debug("The listeners are no longer measured by {}", metrics);
    }

    /** A changed configuration. */
    @Modified
    public void modified(Map<String, Object> properties) {
        apply(properties);
    }

    @Deactivate
    public synchronized void close() {
        state = State.CLOSED;
        closeLoop();
        protocols.close();
        moves.close();
        handOver.close();
    }

    @Override
    public List<InetSocketAddress> addresses() {
        AcceptLoop open = loop;
        return open == null ? List.of() : List.of(open.address());
    }

    @Override
    public Optional<String> findProblem() {
        return Optional.ofNullable(problem);
    }

    @Override
    public ComponentState describe() {
        Map<String, String> facts = new LinkedHashMap<>();
        AcceptLoop open = loop;
        if (open != null) {
            facts.put("address", text(open.address()));
        }
        protocols
                .addresses()
                .forEach((protocol, addresses) -> facts.put(
                        protocol, addresses.stream().map(SocketListeners::text).collect(Collectors.joining(", "))));
        findProblem().ifPresent(sentence -> facts.put("problem", sentence));
        facts.put("handed", Long.toString(handOver.handed()));
        facts.put("waiting", Integer.toString(handOver.waiting()));
        facts.put("refused", Long.toString(handOver.refused()));
        return ComponentState.of("listeners", state.name().toLowerCase(java.util.Locale.ROOT), facts);
    }

    private synchronized void apply(Map<String, ?> properties) {
        try {
            ListenersConfig config = ListenersConfig.of(properties, framework);
            if (config.offline()) {
                closeLoop();
                protocols.close();
                state = State.OFFLINE;
                LOG.info("Offline: no socket is opened, the node can be reached by the command line alone");
            } else {
                open(config.requireAddress());
                protocols.apply(config.sockets());
            }
            problem = null;
        } catch (PatchbayException e) {
            refuse(e.getMessage());
        }
    }

    private void open(InetSocketAddress address) {
        if (address.equals(wanted)) {
            return;
        }
        try {
            AcceptLoop opened = new AcceptLoop(address, connection -> handOver.accept(Arrival.plain(connection)));
            AcceptLoop old = loop;
            loop = opened;
            wanted = address;
            state = State.LISTENING;
            LOG.info("Listening on {}", text(opened.address()));
            if (old != null) {
                old.close();
            }
        } catch (IOException e) {
            throw new PatchbayException(
                    io.patchbay.api.ErrorCode.UNAVAILABLE, sentence(address, e, "another port with --port"), e);
        }
    }

    /** @param remedy what to choose if the port is in use */
    static String sentence(InetSocketAddress address, IOException e, String remedy) {
        boolean inUse = String.valueOf(e.getMessage())
                .toLowerCase(java.util.Locale.ROOT)
                .contains("in use");
        return inUse
                ? "Port " + address.getPort() + " on " + address.getAddress().getHostAddress()
                        + " is already in use, perhaps by another Patchbay node; stop that program or choose " + remedy
                        + "."
                : "Cannot listen on " + text(address) + ": " + e.getMessage() + ".";
    }

    private void refuse(String sentence) {
        AcceptLoop open = loop;
        problem = open == null ? sentence : sentence + " Still listening on " + text(open.address()) + ".";
        if (open == null) {
            state = State.REFUSED;
        }
        LOG.error("{}", problem);
    }

    private void closeLoop() {
        AcceptLoop open = loop;
        loop = null;
        wanted = null;
        if (open != null) {
            open.close();
        }
    }

    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
