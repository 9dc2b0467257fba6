package io.patchbay.transport.http;

import io.patchbay.api.Limits;
import java.time.Duration;

/**
 * How long a client may have to wait, or may take; apart from the other limits so that tests need not.
 *
 * @param request from the last byte of a request to its answer
 * @param lease for a provider that is being updated
 * @param headers from the first byte of a request to the last of its headers
 */
record HttpTimes(Duration request, Duration lease, Duration headers) {
    static final HttpTimes DEFAULT = new HttpTimes(Limits.REQUEST, Limits.LEASE_WAIT, Duration.ofSeconds(30));
}
