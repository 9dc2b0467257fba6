package io.patchbay.transport.http;

import io.patchbay.api.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Writes whole answers, with the security headers that they lack. */
final class Answers {
    private static final HttpField[] DEFAULTS = {
        new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
        new PreEncodedHttpField("X-Frame-Options", "DENY"),
        new PreEncodedHttpField("Referrer-Policy", "no-referrer"),
        new PreEncodedHttpField("Cross-Origin-Resource-Policy", "same-origin"),
        new PreEncodedHttpField("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store"),
    };
    private static final HttpField CLOSE = new PreEncodedHttpField(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());

    private Answers() {}

    static void write(Request request, Response response, Callback callback, HttpResponse answer) {
        HttpFields.Mutable headers = response.getHeaders();
        for (HttpField field : DEFAULTS) {
            if (!headers.contains(field.getName())) {
                headers.put(field);
            }
        }
        for (Map.Entry<String, String> header : answer.headers().entrySet()) {
            if (header.getKey().equalsIgnoreCase("Vary")) {
                headers.add(header.getKey(), header.getValue());
            } else {
                headers.put(header.getKey(), header.getValue());
            }
        }
        response.setStatus(answer.status());
        if (!request.consumeAvailable()) {
            // The rest of a body that nobody will read would be taken for the next request.
            close(response);
        }
        boolean bodiless = answer.status() == 204 || answer.status() == 304;
        response.write(true, bodiless ? null : ByteBuffer.wrap(answer.body()), callback);
    }

    static void close(Response response) {
        response.getHeaders().put(CLOSE);
    }
}
