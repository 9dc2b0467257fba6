package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.Problem;
import io.patchbay.api.protocol.Connections;
import io.patchbay.api.protocol.MessageReceiver;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Behavior;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.ExtensionStack;
import org.eclipse.jetty.websocket.core.Negotiated;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.WebSocketConnection;
import org.eclipse.jetty.websocket.core.WebSocketConstants;
import org.eclipse.jetty.websocket.core.WebSocketCoreSession;
import org.eclipse.jetty.websocket.core.server.WebSocketMappings;
import org.eclipse.jetty.websocket.core.server.WebSocketNegotiator;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;

/** Turns a request for {@value #PATH} into a WebSocket, if it offers a subprotocol that the node speaks. No extension is negotiated: a connection can then be moved between two frames. */
final class WebSocketDoor {
    static final String PATH = "/api/v1/ws";

    private static final String VERSION = "13";

    /** Of a WebSocket that has moved nobody asks the address. */
    private static final URI ADDRESS = URI.create("ws://localhost" + PATH);

    private final Connections connections;
    private final Server server;
    private final WebSocketComponents components;
    private final Answers answers;
    private final WebSocketMappings upgrades;
    private final BooleanSupplier draining;
    private final HttpMeters meters;
    private final Set<WebSocketPeer> peers = ConcurrentHashMap.newKeySet();

    WebSocketDoor(
            Connections connections, Server server, Answers answers, BooleanSupplier draining, HttpMeters meters) {
        this.connections = connections;
        this.server = server;
        this.answers = answers;
        this.draining = draining;
        this.meters = meters;
        components = WebSocketServerComponents.ensureWebSocketComponents(server);
        this.upgrades = new WebSocketMappings(components);
    }

    HttpMeters meters() {
        return meters;
    }

    int open() {
        return peers.size();
    }

    /** Asks all clients to come back later, spread over a time that grows with their number. */
    void closeAll() {
        peers.forEach(this::askToComeBack);
    }

    /** Called by a peer once it can be closed. */
    void opened(WebSocketPeer peer) {
        peers.add(peer);
        // Its handshake may have passed just before the drain began, so that closeAll didn't see it.
        if (draining.getAsBoolean()) {
            askToComeBack(peer);
        }
    }

    void closed(WebSocketPeer peer) {
        peers.remove(peer);
    }

    private void askToComeBack(WebSocketPeer peer) {
        peer.close(
                ErrorCode.STOPPING.closeCode(),
                "retry in " + HttpLimits.reconnectSpread(peers.size()).toMillis() + " ms");
    }

    void receive(Request request, Response response, Callback callback) {
        if (!isUpgrade(request)) {
            response.getHeaders().put(HttpHeader.UPGRADE, "websocket");
            response.getHeaders().put("Sec-WebSocket-Version", VERSION);
            PatchbayException why = new PatchbayException(
                    ErrorCode.BAD_REQUEST,
                    "This address takes WebSockets (RFC 6455, GET over HTTP/1.1, version 13) alone.");
            meters.answered(426);
            meters.refusals.count(why);
            answers.write(request, response, callback, Problem.of(426, why));
            return;
        }
        if (draining.getAsBoolean()) {
            throw new PatchbayException(
                    ErrorCode.STOPPING, "This node is about to stop or to be updated; try again in a moment.");
        }
        List<String> offered = request.getHeaders().getCSV(HttpHeader.SEC_WEBSOCKET_SUBPROTOCOL, false);
        Optional<String> spoken = offered.stream().filter(connections::offers).findFirst();
        if (spoken.isEmpty()) {
            throw new PatchbayException(
                    ErrorCode.BAD_REQUEST,
                    offered.isEmpty()
                            ? "A WebSocket names the subprotocol it speaks in Sec-WebSocket-Protocol, such as patchbay.v1."
                            : "This node speaks none of " + String.join(", ", offered) + ".");
        }
        if (!upgrade(spoken.get(), request, response, callback)) {
            throw new PatchbayException(
                    ErrorCode.BAD_REQUEST, "This is no valid WebSocket handshake (RFC 6455, section 4.2.1).");
        }
    }

    private static boolean isUpgrade(Request request) {
        return request.getMethod().equals("GET")
                && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1
                && request.getHeaders().contains(HttpHeader.UPGRADE, "websocket")
                && request.getHeaders().contains(HttpHeader.SEC_WEBSOCKET_VERSION, VERSION);
    }

    private boolean upgrade(String protocol, Request request, Response response, Callback callback) {
        HandOffEndPoint endPoint = FrontDoor.endPoint(request);
        WebSocketNegotiator negotiator = (upgrade, answer, done) -> {
            answer.setAcceptedSubProtocol(protocol);
            answer.setExtensions(List.of());
            endPoint.trackFrames();
            return new WebSocketPeer(connections, protocol, endPoint, this, server.getScheduler());
        };
        return upgrades.upgrade(negotiator, request, response, callback, WebSocketDoor::configure);
    }

    /** A WebSocket that another transport had, as if it had just been upgraded. */
    Connection goOn(HandOffEndPoint endPoint, MessageReceiver session, Connector connector) {
        WebSocketPeer peer = new WebSocketPeer(connections, "", endPoint, this, server.getScheduler());
        peer.goOnWith(session);
        endPoint.trackFrames();
        ExtensionStack none = new ExtensionStack(components, Behavior.SERVER);
        none.negotiate(List.of(), List.of());
        WebSocketCoreSession core = new WebSocketCoreSession(
                peer,
                Behavior.SERVER,
                new Negotiated(ADDRESS, null, false, none, WebSocketConstants.SPEC_VERSION_STRING),
                components);
        configure(core);
        WebSocketConnection connection = new WebSocketConnection(
                endPoint, connector.getExecutor(), connector.getScheduler(), connector.getByteBufferPool(), core);
        core.setWebSocketConnection(connection);
        return connection;
    }

    /** Frames are taken in pieces as they arrive, so that a client gets memory for what it has sent, not for what it announces; {@link WebSocketPeer} puts messages together, and limits them. */
    private static void configure(Configuration socket) {
        socket.setAutoFragment(true);
        socket.setMaxFrameSize(0);
        socket.setIdleTimeout(HttpLimits.WEBSOCKET_IDLE);
    }
}
