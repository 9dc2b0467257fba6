package io.patchbay.transport.http;

import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.HttpRoute;
import io.patchbay.api.plugin.Lease;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Writes answers, with the security headers that they lack. */
final class Answers {
    private static final HttpField[] DEFAULTS = {
        new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
        new PreEncodedHttpField("X-Frame-Options", "DENY"),
        new PreEncodedHttpField("Referrer-Policy", "no-referrer"),
        new PreEncodedHttpField("Cross-Origin-Resource-Policy", "same-origin"),
        new PreEncodedHttpField("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store"),
    };
    private static final HttpField CLOSE =
            new PreEncodedHttpField(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());

    private static final HttpField CHUNKED =
            new PreEncodedHttpField(HttpHeader.TRANSFER_ENCODING, HttpHeaderValue.CHUNKED.asString());

    private final BooleanSupplier draining;
    private final Streams streams;

    /** @param draining while true, every answer ends its connection */
    Answers(BooleanSupplier draining, Streams streams) {
        this.draining = draining;
        this.streams = streams;
    }

    /** Any thread, once for each request. An answer that HTTP can't carry fails the request, which closes its connection. */
    void write(Request request, Response response, Callback callback, HttpResponse answer) {
        try {
            prepare(request, response, answer);
        } catch (RuntimeException e) {
            callback.failed(e);
            return;
        }
        response.write(true, isBodiless(answer) ? null : ByteBuffer.wrap(answer.body()), callback);
    }

    /** Writes an answer whose body is a stream, and closes {@code lease} once that has ended. Any thread, once for each request. */
    void stream(Request request, Response response, Callback callback, HttpResponse answer, Lease<HttpRoute> lease) {
        try {
            prepare(request, response, answer);
            // The connection is watched for its end while the stream is open, and can't carry a next request.
            close(response);
            // Else the end of the connection would be the end of the body, whole or not.
            if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
                response.getHeaders().put(CHUNKED);
            }
        } catch (RuntimeException e) {
            lease.close();
            callback.failed(e);
            return;
        }
        if (request.getMethod().equals("HEAD") || isBodiless(answer)) {
            lease.close();
            // In two steps: a head that is written together with the end would announce a length of 0.
            response.write(false, null, Callback.from(() -> response.write(true, null, callback), callback::failed));
        } else {
            new StreamedBody(streams, lease, FrontDoor.endPoint(request), response, callback)
                    .start(answer.stream().orElseThrow());
        }
    }

    private static boolean isBodiless(HttpResponse answer) {
        return answer.status() == 204 || answer.status() == 304;
    }

    static void close(Response response) {
        response.getHeaders().put(CLOSE);
    }

    private void prepare(Request request, Response response, HttpResponse answer) {
        HttpFields.Mutable headers = response.getHeaders();
        for (Map.Entry<String, String> header : answer.headers().entrySet()) {
            // Adding is cheap and putting is not, which looks for what it replaces several times.
            if (header.getKey().equalsIgnoreCase("Vary") || !headers.contains(header.getKey())) {
                headers.add(header.getKey(), header.getValue());
            } else {
                headers.put(header.getKey(), header.getValue());
            }
        }
        for (HttpField field : DEFAULTS) {
            if (!headers.contains(field.getName())) {
                headers.add(field);
            }
        }
        response.setStatus(answer.status());
        if (!request.consumeAvailable()) {
            // The rest of a body that nobody will read would be taken for the next request.
            FrontDoor.endPoint(request).lingerOnClose();
            close(response);
        } else if (draining.getAsBoolean()) {
            close(response);
        }
    }
}
