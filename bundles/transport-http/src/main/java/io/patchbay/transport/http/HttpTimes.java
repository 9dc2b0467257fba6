package io.patchbay.transport.http;

import io.patchbay.api.Limits;
import java.time.Duration;

/**
 * How long a client may have to wait, or may take; apart from the other limits so that tests need not.
 *
 * @param request from the last byte of a request to its answer
 * @param lease for a provider that is being updated
 * @param headers from the first byte of a request to the last of its headers
 * @param idle no byte in either direction on an HTTP connection
 * @param handshake from the arrival of a connection to the end of its TLS handshake
 */
record HttpTimes(Duration request, Duration lease, Duration headers, Duration idle, Duration handshake) {
    static final HttpTimes DEFAULT = new HttpTimes(
            Limits.REQUEST, Limits.LEASE_WAIT, Duration.ofSeconds(30), HttpLimits.HTTP_IDLE, HttpLimits.HANDSHAKE_TIME);
}
