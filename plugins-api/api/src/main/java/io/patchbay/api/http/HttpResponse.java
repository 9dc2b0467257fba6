package io.patchbay.api.http;

import java.util.LinkedHashMap;
import java.util.Map;

/** A whole answer; the transport adds Date, Content-Length and the security headers that are missing. */
public record HttpResponse(int status, Map<String, String> headers, byte[] body) {
    private static final byte[] NOTHING = {};

    public static HttpResponse of(int status, String contentType, byte[] body) {
        return new HttpResponse(status, Map.of("Content-Type", contentType), body);
    }

    public static HttpResponse empty(int status) {
        return new HttpResponse(status, Map.of(), NOTHING);
    }

    public HttpResponse with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new HttpResponse(status, more, body);
    }
}
