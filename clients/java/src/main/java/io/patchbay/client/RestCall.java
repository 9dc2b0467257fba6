package io.patchbay.client;

import io.patchbay.api.document.JsonWriter;
import io.patchbay.api.document.Value;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A request of the protocol as one of the REST API.
 *
 * @param path below {@code /api/v1/}, with the query
 * @param body as JSON; empty for none
 */
record RestCall(String method, String path, byte[] body) {
    private static final byte[] NO_BODY = {};

    /** How far documents are nested in a body; each value below is counted for itself, so that every document fits. */
    private static final int ENVELOPE = 3;

    static RestCall get(Value.Struct fields) {
        return new RestCall("GET", documents(fields) + "/" + segment(text(fields, "document")), NO_BODY);
    }

    static RestCall query(Value.Struct fields) {
        return new RestCall("GET", documents(fields) + search(fields, Set.of("collection")), NO_BODY);
    }

    static RestCall events(Value.Struct fields) {
        return new RestCall("GET", "events" + search(fields, Set.of("subscription")), NO_BODY);
    }

    /** A single write is a transaction of one: so its answer has a position, and its key is kept the same way. */
    static RestCall write(String op, Value.Struct fields) {
        Map<String, Value> operation = new LinkedHashMap<>(fields.fields());
        Value key = operation.remove("key");
        operation.put("op", Value.of(op));
        return post("transactions", Value.struct("operations", Value.array(new Value.Struct(operation)), "key", key));
    }

    static RestCall post(String path, Value.Struct fields) {
        try (JsonWriter json = new JsonWriter()) {
            write(json, fields, ENVELOPE);
            return new RestCall("POST", path, json.toByteArray());
        }
    }

    HttpRequest.Builder on(ClientOptions options) {
        HttpRequest.Builder request = HttpRequest.newBuilder(options.resource("/api/v1/" + path));
        return body.length == 0
                ? request.method(method, HttpRequest.BodyPublishers.noBody())
                : request.method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                        .header("Content-Type", "application/json");
    }

    private static void write(JsonWriter json, Value value, int levels) {
        if (levels > 0 && value instanceof Value.Struct struct) {
            json.startObject();
            struct.fields().forEach((name, field) -> write(json.key(name), field, levels - 1));
            json.endObject();
        } else if (levels > 0 && value instanceof Value.Array array) {
            json.startArray();
            array.items().forEach(item -> write(json, item, levels - 1));
            json.endArray();
        } else {
            json.value(value);
        }
    }

    private static String documents(Value.Struct fields) {
        return "collections/" + segment(text(fields, "collection")) + "/documents";
    }

    private static String search(Value.Struct fields, Set<String> elsewhere) {
        List<String> given = fields.fields().entrySet().stream()
                .filter(field -> !elsewhere.contains(field.getKey()))
                .map(field -> field.getKey() + "=" + encoded(parameter(field.getValue())))
                .collect(Collectors.toList());
        return given.isEmpty() ? "" : "?" + String.join("&", given);
    }

    private static String parameter(Value value) {
        return value instanceof Value.Int number ? String.valueOf(number.value()) : ((Value.Text) value).value();
    }

    private static String text(Value.Struct fields, String name) {
        return fields.findText(name).orElseThrow();
    }

    private static String segment(String text) {
        return encoded(text).replace("+", "%20");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
