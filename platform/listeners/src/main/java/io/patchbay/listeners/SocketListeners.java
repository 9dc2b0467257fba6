package io.patchbay.listeners;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.Listeners;
import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.Providers;
import io.patchbay.listeners.tls.NodeCertificate;
import io.patchbay.listeners.tls.TlsSettings;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
 * Opens the listening sockets as configured, and again when the configuration changes, whole or not at all: new sockets open before old ones close, and if anything fails, all stays as it was.
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
    private final OpenSockets sockets;

    private volatile State state = State.OFFLINE;
    private volatile @Nullable String problem;
    /** Written under this object's monitor. */
    private volatile @Nullable NodeCertificate certificate;

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
        this.sockets = new OpenSockets(handOver::accept);
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
        metrics.gauge("patchbay_listener_open", "Sockets that listen.", sockets::size);
        metrics.gauge(
                "patchbay_listener_certificate_not_after_seconds",
                "When the certificate of the listening sockets expires, in seconds since 1970; 0 without one.",
                () -> findCertificate()
                        .map(serving -> serving.notAfter().getEpochSecond())
                        .orElse(0L));
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
        closeAll();
        moves.close();
        handOver.close();
    }

    @Override
    public List<InetSocketAddress> addresses() {
        return List.copyOf(sockets.http().keySet());
    }

    @Override
    public List<URI> urls() {
        List<URI> urls = new ArrayList<>();
        sockets.http().forEach((address, socket) -> urls.add(url(address, socket.certificate())));
        return urls;
    }

    @Override
    public Optional<String> findProblem() {
        return Optional.ofNullable(problem).or(() -> findCertificate().flatMap(NodeCertificate::findProblem));
    }

    @Override
    public ComponentState describe() {
        Map<String, String> facts = new LinkedHashMap<>();
        addresses().forEach(address -> facts.put("address", OpenSockets.text(address)));
        urls().forEach(url -> facts.put("url", url.toString()));
        findCertificate().ifPresent(serving -> facts.put("certificate", serving.describe()));
        sockets.protocols()
                .forEach((protocol, addresses) -> facts.put(
                        protocol, addresses.stream().map(OpenSockets::text).collect(Collectors.joining(", "))));
        findProblem().ifPresent(sentence -> facts.put("problem", sentence));
        facts.put("handed", Long.toString(handOver.handed()));
        facts.put("waiting", Integer.toString(handOver.waiting()));
        facts.put("refused", Long.toString(handOver.refused()));
        return ComponentState.of("listeners", state.name().toLowerCase(Locale.ROOT), facts);
    }

    private static URI url(InetSocketAddress address, Optional<NodeCertificate> certificate) {
        String literal = OpenSockets.text(address);
        return URI.create(certificate
                .map(serving -> "https://" + serving.host(address.getAddress()) + ":" + address.getPort())
                .orElse("http://" + literal));
    }

    private Optional<NodeCertificate> findCertificate() {
        return Optional.ofNullable(certificate);
    }

    private synchronized void apply(Map<String, ?> properties) {
        if (state == State.CLOSED) {
            return;
        }
        try {
            ListenersConfig config = ListenersConfig.of(properties, framework);
            if (config.offline()) {
                closeAll();
                state = State.OFFLINE;
                LOG.info("Offline: no socket is opened, the node can be reached by the command line alone");
            } else {
                open(config);
                state = State.LISTENING;
            }
            problem = null;
        } catch (PatchbayException e) {
            refuse(e.getMessage());
        } catch (RuntimeException e) {
            LOG.debug("What is configured for the listening sockets can't be applied", e);
            refuse("What is configured for the listening sockets can't be applied: " + e + ".");
        }
    }

    private void open(ListenersConfig config) {
        Optional<NodeCertificate> before = findCertificate();
        Optional<NodeCertificate> next = config.tls().map(settings -> certificate(before, settings));
        sockets.apply(config.requireSockets(next));
        certificate = next.orElse(null);
        if (!before.equals(next)) {
            next.ifPresent(NodeCertificate::watch);
            before.ifPresent(NodeCertificate::close);
        }
    }

    /** One that is in use is not read anew, which its own watch does: an unrelated change must not take what the watch refused. */
    private static NodeCertificate certificate(Optional<NodeCertificate> before, TlsSettings settings) {
        if (before.isEmpty()) {
            return NodeCertificate.open(settings, name -> Optional.ofNullable(System.getenv(name)), Clock.systemUTC());
        }
        NodeCertificate serving = before.get();
        return serving.settings().equals(settings) ? serving : serving.openNext(settings);
    }

    private void refuse(String sentence) {
        List<URI> open = urls();
        problem = open.isEmpty()
                ? sentence
                : sentence + " Still listening as before, on "
                        + open.stream().map(URI::toString).collect(Collectors.joining(" and ")) + ".";
        if (open.isEmpty()) {
            state = State.REFUSED;
        }
        LOG.error("{}", problem);
    }

    private void closeAll() {
        sockets.close();
        findCertificate().ifPresent(NodeCertificate::close);
        certificate = null;
    }
}
