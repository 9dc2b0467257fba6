package io.patchbay.api.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An answer; the transport adds Date, Content-Length and the security headers that are missing.
 *
 * @param body the whole body; empty if it is streamed
 * @param stream writes the body as it comes, without Content-Length
 */
public record HttpResponse(int status, Map<String, String> headers, byte[] body, Optional<HttpStream> stream) {
    private static final byte[] NOTHING = {};

    public HttpResponse(int status, Map<String, String> headers, byte[] body) {
        this(status, headers, body, Optional.empty());
    }

    public static HttpResponse of(int status, String contentType, byte[] body) {
        return new HttpResponse(status, Map.of("Content-Type", contentType), body);
    }

    public static HttpResponse of(int status, String contentType, HttpStream stream) {
        return new HttpResponse(status, Map.of("Content-Type", contentType), NOTHING, Optional.of(stream));
    }

    public static HttpResponse empty(int status) {
        return new HttpResponse(status, Map.of(), NOTHING);
    }

    public HttpResponse with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new HttpResponse(status, more, body, stream);
    }
}
