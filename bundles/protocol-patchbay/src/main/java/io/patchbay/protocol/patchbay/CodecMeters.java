package io.patchbay.protocol.patchbay;

import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.metrics.Metrics.Counter;
import io.patchbay.api.metrics.Metrics.Timer;
import io.patchbay.api.metrics.Refusals;

/**
 * What all connections of the protocol did.
 *
 * @param overInFlight requests refused because too many were in flight
 */
record CodecMeters(
        Counter requests, Counter failed, Counter overInFlight, Counter events, Timer time, Refusals refusals) {
    static CodecMeters of(Metrics metrics) {
        return new CodecMeters(
                metrics.counter(
                        "patchbay_protocol_requests_total",
                        "Requests that were understood.",
                        "protocol",
                        PatchbayProtocol.NAME),
                metrics.counter(
                        "patchbay_protocol_errors_total",
                        "Requests that were answered by an error.",
                        "protocol",
                        PatchbayProtocol.NAME),
                metrics.counter(
                        "patchbay_protocol_in_flight_refused_total",
                        "Requests refused because too many were in flight on their connection.",
                        "protocol",
                        PatchbayProtocol.NAME),
                metrics.counter(
                        "patchbay_protocol_events_total",
                        "Events sent to subscriptions.",
                        "protocol",
                        PatchbayProtocol.NAME),
                metrics.timer(
                        "patchbay_protocol_request_seconds",
                        "Time from a request to its reply.",
                        "protocol",
                        PatchbayProtocol.NAME),
                new Refusals(metrics, PatchbayProtocol.NAME));
    }
}
