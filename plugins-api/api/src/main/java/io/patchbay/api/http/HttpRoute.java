package io.patchbay.api.http;

import io.patchbay.api.Limits;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** Routes of one bundle; a service. */
@ConsumerType
public interface HttpRoute {
    /** Method and path template, such as {@code GET /api/v1/collections/{c}}; a last {@code {rest*}} takes the rest of the path, and at the root what no other route has, whatever the method. Fixed as long as the service is registered. */
    List<String> patterns();

    /**
     * Largest body, in bytes, that the transport reads for a request that matches {@code pattern}; beyond it answers TOO_LARGE, before reading where Content-Length tells. A body is
     * held in memory, so only few routes should allow more than the default.
     */
    default long bodyLimit(String pattern) {
        return Limits.FRAME_BYTES;
    }

    /** Called by transport threads, never waits. A failed stage is answered by problem+json (RFC 9457) from its {@code PatchbayException}. */
    CompletionStage<HttpResponse> handle(HttpRequest request);
}
