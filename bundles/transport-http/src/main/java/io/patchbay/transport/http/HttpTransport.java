package io.patchbay.transport.http;

import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.Arrival;
import io.patchbay.api.http.MovedConnection;
import io.patchbay.api.http.MovingTransport;
import io.patchbay.api.http.OpenConnection;
import io.patchbay.api.http.Transport;
import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.HealthCheck;
import io.patchbay.api.plugin.Providers;
import io.patchbay.api.protocol.Connections;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP/1.1 and WebSocket by a Jetty of its own, embedded in this bundle and shared with nobody, so that the transport is swapped as one piece.
 *
 * <p>Threads: a small pool that reads, decodes, calls routes and protocols, and writes; none of them ever waits.
 */
@org.osgi.service.component.annotations.Component(
        service = {Transport.class, HealthCheck.class, Component.class},
        // Started before it is asked for: the first connection must not wait for the server to load.
        immediate = true,
        configurationPid = HttpConfig.PID,
        property = Providers.NAME + "=" + HttpTransport.NAME)
public final class HttpTransport implements MovingTransport, HealthCheck, Component {
    static final String NAME = "http";

    private static final Logger LOG = LoggerFactory.getLogger(HttpTransport.class);
    /** A stop without a drain before it gives clients this long to hear of it. */
    private static final Duration STOP_DRAIN = Duration.ofSeconds(2);
    /** 64 bytes, and 4 for each of the compressed references of any usual heap. */
    private static final String REFERENCES_PER_CACHE_LINE = "16";

    private enum State {
        SERVING,
        DRAINING,
        STOPPED
    }

    private final Server server;
    private final HandOffConnector connector;
    private final Routes routes;
    private final WebSocketDoor webSockets;
    private final TcpDoor tcp;
    private final TlsDoor tls;
    private final Streams streams = new Streams(HttpLimits.streamsBytes());
    private final BodyBudget budget = new BodyBudget(HttpLimits.bodiesBytes());
    private final FrontDoor frontDoor;
    /** Another one after each time that a drain is called off; guarded by this object's monitor. */
    private CompletableFuture<Void> drained = new CompletableFuture<>();
    /** Goes forward, and back from draining to serving; written under this object's monitor. */
    private volatile State state = State.SERVING;

    private final LongAdder refused = new LongAdder();

    @Activate
    public HttpTransport(
            @Reference Providers providers,
            @Reference Connections connections,
            @Reference Metrics metrics,
            Map<String, Object> properties) {
        this(providers, connections, metrics, properties, HttpTimes.DEFAULT);
    }

    HttpTransport(
            Providers providers, Connections connections, Metrics metrics, Map<String, ?> properties, HttpTimes times) {
        HttpMeters meters = new HttpMeters(metrics);
        tellCacheLine();
        QueuedThreadPool threads = new TransportThreads();
        // Activates those who offer routes, whose threads must not inherit our class loader.
        routes = new Routes(providers, threads, times.lease(), streams::drainReplaced);
        try (JettyClassLoader ours = new JettyClassLoader()) {
            server = new Server(threads);
            server.setErrorHandler(new ProblemErrors(meters));
            tcp = new TcpDoor(connections, server, this::isDraining, meters, times.lease());
            tls = new TlsDoor(server, meters, times.handshake(), times.idle());
            Answers answers = new Answers(this::isDraining, streams);
            webSockets = new WebSocketDoor(connections, server, answers, this::isDraining, meters);
            connector = new HandOffConnector(
                    server, tcp, tls, webSockets, times.idle(), new HttpPassenger.Factory(configuration()));
            server.addConnector(connector);
            frontDoor = new FrontDoor(routes, answers, webSockets, budget, meters, times.request(), hosts(properties));
            server.setHandler(frontDoor);
            start();
            metrics.whenAsked(asked -> show(asked, threads));
        }
        every(HttpLimits.HEADERS_CHECK, () -> cutSlowHeaders(times.headers()));
        every(requestCheck(times.request()), this::checkRequests);
    }

    private void show(Metrics metrics, QueuedThreadPool threads) {
        LimitGauges.show(metrics, "http", HttpLimits.class);
        LimitGauges.show(metrics, "http", "bodies_bytes", HttpLimits.bodiesBytes());
        LimitGauges.show(metrics, "http", "streams_bytes", HttpLimits.streamsBytes());
        metrics.gauge("patchbay_http_connections", "Open connections, WebSockets included.", this::connections);
        metrics.total(
                "patchbay_http_connections_refused_total",
                "Connections closed at once because there were too many.",
                refused::sum);
        metrics.gauge("patchbay_websocket_connections", "Open WebSockets.", webSockets::open);
        metrics.gauge("patchbay_tcp_connections", "Open TCP connections of protocols.", tcp::open);
        metrics.gauge("patchbay_tls_handshakes_under_way", "TLS handshakes that are under way.", tls::handshakes);
        metrics.gauge("patchbay_http_streams", "Streamed answers that are open.", streams::open);
        metrics.gauge("patchbay_http_stream_bytes", "Bytes that wait in all streams.", streams::waitingBytes);
        metrics.total(
                "patchbay_http_streams_cut_total",
                "Streams cut because their clients did not read what was sent.",
                streams::overflows);
        metrics.gauge("patchbay_http_body_bytes", "Bytes of request bodies in memory.", budget::used);
        metrics.gauge("patchbay_http_routes", "Routes that are served.", routes::size);
        metrics.gauge(
                "patchbay_http_requests_waiting_for_provider",
                "Requests that wait for a part that is being updated.",
                routes::parked);
        metrics.gauge("patchbay_http_threads", "Threads of the transport.", threads::getThreads);
        metrics.gauge("patchbay_http_threads_idle", "Threads of the transport without work.", threads::getIdleThreads);
        metrics.gauge(
                "patchbay_http_thread_queue", "Work that waits for a thread of the transport.", threads::getQueueSize);
    }

    /**
     * How far apart Jetty keeps the fields that several threads write. Told by nobody, it starts all of JMX at the start of the node, to ask the virtual machine whether references are compressed.
     */
    private static void tellCacheLine() {
        System.getProperties().putIfAbsent("org.eclipse.jetty.util.referencesPerCacheLine", REFERENCES_PER_CACHE_LINE);
    }

    /** A changed configuration; one that can't be read leaves the old. */
    @Modified
    public void modified(Map<String, Object> properties) {
        try {
            frontDoor.setHosts(new Hosts(HttpConfig.of(properties).allowedHosts()));
        } catch (PatchbayException e) {
            LOG.error("{} What was configured before stays.", e.getMessage());
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void accept(Arrival arrival) {
        SocketChannel connection = arrival.channel();
        try {
            if (state == State.STOPPED || connector.connections() >= HttpLimits.CONNECTIONS) {
                refused.increment();
                connection.close();
            } else {
                connector.take(arrival);
            }
        } catch (IOException e) {
            LOG.debug("A connection ended before it was served: {}", e.toString());
        }
    }

    @Override
    public int connections() {
        // One that has moved is crossed off a little later.
        return (int) connector.endPoints().stream()
                .filter(endPoint -> !endPoint.hasLeft())
                .count();
    }

    @Override
    public List<OpenConnection> listMovable() {
        return connector.endPoints().stream()
                .filter(HandOffEndPoint::isMovable)
                .map(OpenConnection.class::cast)
                .toList();
    }

    @Override
    public void adopt(MovedConnection connection) {
        if (state == State.STOPPED) {
            throw new IllegalStateException("this transport is stopped");
        }
        try {
            connector.take(connection);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<String> findFault() {
        return new TrialRun(this).findFault();
    }

    /** What was asked to come back or to end while it drained does so; all else goes on. */
    @Override
    public void serve() {
        CompletableFuture<Void> calledOff;
        synchronized (this) {
            if (state != State.DRAINING) {
                return;
            }
            state = State.SERVING;
            calledOff = drained;
            drained = new CompletableFuture<>();
        }
        streams.goOn();
        calledOff.complete(null);
        LOG.info("The transport serves again");
    }

    @Override
    public CompletionStage<Void> drain() {
        CompletableFuture<Void> begun;
        synchronized (this) {
            begun = drained;
            if (state != State.SERVING) {
                return begun;
            }
            state = State.DRAINING;
        }
        webSockets.closeAll();
        tcp.closeAll();
        streams.drain();
        server.getScheduler().schedule(() -> begun.complete(null), Limits.DRAIN.toMillis(), TimeUnit.MILLISECONDS);
        closeIdle(begun);
        return begun;
    }

    /** Drains briefly if nobody has, then ends every connection and thread. */
    @Deactivate
    public void stop() throws Exception {
        try {
            drain().toCompletableFuture().get(STOP_DRAIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.info("Cutting {} connections that did not end by themselves", connections());
        }
        synchronized (this) {
            state = State.STOPPED;
        }
        routes.close();
        streams.abort();
        try (JettyClassLoader ours = new JettyClassLoader()) {
            server.stop();
            server.destroy();
        }
        synchronized (this) {
            drained.complete(null);
        }
    }

    @Override
    public ComponentState describe() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("connections", Integer.toString(connections()));
        facts.put("webSockets", Integer.toString(webSockets.open()));
        facts.put("tcp", Integer.toString(tcp.open()));
        facts.put("streams", Integer.toString(streams.open()));
        facts.put("streamBytes", Long.toString(streams.waitingBytes()));
        facts.put("routes", Integer.toString(routes.size()));
        facts.put("waitingForProvider", Integer.toString(routes.parked()));
        facts.put("bodyBytes", Long.toString(budget.used()));
        facts.put("refused", Long.toString(refused.sum()));
        return ComponentState.of("transport/" + NAME, state.name().toLowerCase(Locale.ROOT), facts);
    }

    private boolean isDraining() {
        return state != State.SERVING;
    }

    private static Hosts hosts(Map<String, ?> properties) {
        try {
            return new Hosts(HttpConfig.of(properties).allowedHosts());
        } catch (PatchbayException e) {
            LOG.error("{} Only names of this machine are allowed.", e.getMessage());
            return new Hosts(Set.of());
        }
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setSendDateHeader(true);
        http.setRequestHeaderSize(HttpLimits.HEADER_BYTES);
        // Jetty would remember the header lines of every connection in a tree of 100 KB, where 4 KB do without: 2 us a
        // request that carries an access token are the better price, lest 10,000 connections take a gigabyte.
        http.setHeaderCacheSize(0);
        http.setMaxResponseHeaderSize(HttpLimits.RESPONSE_HEADER_BYTES);
        http.setUriCompliance(addresses());
        return http;
    }

    /**
     * An encoded slash, percent sign or backslash is data here: document ids may hold them, and paths are matched segment by segment before they are decoded, never against a file
     * system. All else that servers read differently (dots, empty segments, path parameters between them, bad UTF-8) is refused.
     */
    private static UriCompliance addresses() {
        return UriCompliance.from(EnumSet.of(
                UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
                UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
                UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS));
    }

    private void start() {
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP server did not start", e);
        }
    }

    /** However steadily they trickle in, so that no idle timeout ends them. */
    private void cutSlowHeaders(Duration longest) {
        connector.endPoints().stream()
                .filter(slow -> slow.sendingHeadersFor(longest))
                .forEach(HandOffEndPoint::close);
    }

    /** Often enough that no request is late by more than a part of its time. */
    private static Duration requestCheck(Duration requestTime) {
        Duration part = requestTime.dividedBy(HttpLimits.REQUEST_CHECKS);
        return part.compareTo(HttpLimits.REQUEST_CHECK) < 0 ? part : HttpLimits.REQUEST_CHECK;
    }

    private void checkRequests() {
        long nowNs = System.nanoTime();
        connector.endPoints().forEach(endPoint -> endPoint.checkTime(nowNs));
    }

    /** Again and again until the drain is over or called off. */
    private void closeIdle(CompletableFuture<Void> drain) {
        if (drain.isDone() && state != State.DRAINING) {
            return;
        }
        connector.endPoints().stream()
                .filter(idle -> idle.idleFor(HttpLimits.DRAIN_IDLE))
                .forEach(HandOffEndPoint::close);
        if (connector.connections() == 0) {
            drain.complete(null);
        }
        if (server.isRunning()) {
            server.getScheduler()
                    .schedule(() -> closeIdle(drain), HttpLimits.DRAIN_CHECK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Until the transport stops. */
    private void every(Duration period, Runnable task) {
        server.getScheduler()
                .schedule(
                        () -> {
                            task.run();
                            if (server.isRunning()) {
                                every(period, task);
                            }
                        },
                        period.toMillis(),
                        TimeUnit.MILLISECONDS);
    }
}
