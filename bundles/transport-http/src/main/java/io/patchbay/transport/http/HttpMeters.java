package io.patchbay.transport.http;

import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.metrics.Refusals;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the transport counts. Any thread; counting a request is a look-up by its pattern and a few adders. */
final class HttpMeters {
    final Refusals refusals;
    final Metrics.Counter messagesReceived;
    final Metrics.Counter messagesSent;
    final Metrics.Counter bytesReceived;
    final Metrics.Counter bytesSent;

    private final Metrics.Counter handshakes13;
    private final Metrics.Counter handshakes12;
    private final Metrics.Counter handshakesFailed;
    private final Metrics.Counter tcpBytesReceived;
    private final Metrics.Counter tcpBytesSent;
    private final Metrics metrics;
    private final Map<String, RouteMeters> routes = new ConcurrentHashMap<>();
    private final RouteMeters unrouted;
    private final LongAdder begun = new LongAdder();
    private final LongAdder ended = new LongAdder();

    HttpMeters(Metrics metrics) {
        this.metrics = metrics;
        refusals = new Refusals(metrics, "http");
        unrouted = new RouteMeters(metrics, "any", "none");
        messagesReceived = messages("received");
        messagesSent = messages("sent");
        bytesReceived = bytes("received");
        bytesSent = bytes("sent");
        handshakes13 = handshakes("TLSv1.3");
        handshakes12 = handshakes("TLSv1.2");
        handshakesFailed = metrics.counter(
                "patchbay_tls_handshakes_failed_total",
                "TLS handshakes that failed, took too long or were refused because too many were under way.");
        tcpBytesReceived = tcpBytes("received");
        tcpBytesSent = tcpBytes("sent");
        metrics.gauge(
                "patchbay_http_requests_in_flight",
                "Requests to routes that are not answered whole yet.",
                () -> begun.sum() - ended.sum());
    }

    private Metrics.Counter handshakes(String version) {
        return metrics.counter("patchbay_tls_handshakes_total", "TLS handshakes that were done.", "version", version);
    }

    private Metrics.Counter messages(String direction) {
        return metrics.counter(
                "patchbay_websocket_messages_total", "Messages over WebSockets.", "direction", direction);
    }

    private Metrics.Counter bytes(String direction) {
        return metrics.counter(
                "patchbay_websocket_bytes_total", "Bytes of messages over WebSockets.", "direction", direction);
    }

    void tcpReceived(int bytes) {
        tcpBytesReceived.add(bytes);
    }

    void tcpSent(int bytes) {
        tcpBytesSent.add(bytes);
    }

    /** @param version such as {@code TLSv1.3} */
    void handshakeDone(String version) {
        (version.equals("TLSv1.3") ? handshakes13 : handshakes12).increment();
    }

    void handshakeFailed() {
        handshakesFailed.increment();
    }

    void began() {
        begun.increment();
    }

    void ended() {
        ended.increment();
    }

    /** @param pattern such as {@code GET /api/v1/collections/{c}} */
    void answered(String pattern, int status, long nanos) {
        RouteMeters route = routes.get(pattern);
        if (route == null) {
            route = routes.computeIfAbsent(pattern, this::route);
        }
        route.answered(status, nanos);
    }

    /** An answer to what reached no route. */
    void answered(int status) {
        unrouted.answered(status);
    }

    private Metrics.Counter tcpBytes(String direction) {
        return metrics.counter(
                "patchbay_tcp_bytes_total", "Bytes over TCP connections of protocols.", "direction", direction);
    }

    void received(int bytes) {
        messagesReceived.increment();
        bytesReceived.add(bytes);
    }

    void sent(int bytes) {
        messagesSent.increment();
        bytesSent.add(bytes);
    }

    private RouteMeters route(String pattern) {
        int space = pattern.indexOf(' ');
        return new RouteMeters(metrics, pattern.substring(0, space), pattern.substring(space + 1));
    }
}
