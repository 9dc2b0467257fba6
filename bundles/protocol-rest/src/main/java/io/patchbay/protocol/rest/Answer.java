package io.patchbay.protocol.rest;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.plugin.Job;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Answers in JSON. */
final class Answer {
    static final String JSON = "application/json";

    private Answer() {}

    static HttpResponse json(int status, Value body) {
        return json(status, Json.encode(body));
    }

    static HttpResponse json(int status, byte[] body) {
        return HttpResponse.of(status, JSON, body);
    }

    /** With one header, or two, more. */
    static HttpResponse json(int status, byte[] body, String header, String value) {
        return new HttpResponse(status, Map.of("Content-Type", JSON, header, value), body);
    }

    static HttpResponse json(int status, byte[] body, String header, String value, String second, String secondValue) {
        return new HttpResponse(status, Map.of("Content-Type", JSON, header, value, second, secondValue), body);
    }

    /** A list that has no further page. */
    static <T> HttpResponse list(List<T> items, Function<T, ? extends Value> form) {
        List<Value> values = items.stream().<Value>map(form).toList();
        return json(200, Value.struct("items", new Value.Array(values), "next", Value.NULL));
    }

    static HttpResponse accepted(Job job) {
        return json(202, JobRoutes.describe(job)).with("Location", "/api/v1/jobs/" + Text.segment(job.id()));
    }
}
