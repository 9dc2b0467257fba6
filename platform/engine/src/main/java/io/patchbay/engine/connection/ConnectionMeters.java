package io.patchbay.engine.connection;

import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;

/** What the connections count, and show of themselves. */
final class ConnectionMeters {
    final Metrics.Counter refused;
    final Metrics.Counter outboxFull;
    final Metrics.Counter handedOver;
    final Metrics.Counter handOverFailed;
    final Metrics.Timer handOverTime;

    ConnectionMeters(Metrics metrics, ClientConnections connections) {
        metrics.whenAsked(asked -> show(asked, connections));
        refused = metrics.counter(
                "patchbay_connections_refused_total", "Connections refused because there were too many.");
        outboxFull = metrics.counter(
                "patchbay_outbox_full_total", "Connections closed because the client did not read what it asked for.");
        handedOver = metrics.counter(
                "patchbay_protocol_handed_over_connections_total",
                "Connections that went on with the next version of their protocol.");
        handOverFailed = metrics.counter(
                "patchbay_protocol_hand_over_failed_connections_total",
                "Connections closed, to come back, because they could not go on with the next version of their protocol.");
        handOverTime = metrics.timer(
                "patchbay_protocol_hand_over_seconds",
                "Time to hand all connections of a protocol to its next version.");
    }

    private static void show(Metrics metrics, ClientConnections connections) {
        LimitGauges.show(metrics, "engine", "client_connections", ClientConnections.MOST_CONNECTIONS);
        LimitGauges.show(metrics, "engine", "reconnects_per_second", HandOver.RECONNECTS_PER_SECOND);
        metrics.gauge("patchbay_connections", "Connections of clients.", connections::count);
        metrics.gauge("patchbay_outbox_bytes", "Bytes that clients have not read yet.", connections::outboxBytes);
        metrics.gauge(
                "patchbay_outbox_blocked_connections",
                "Connections that are held back until their clients have read more.",
                connections::blocked);
    }
}
