package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The description that a node gives of its routes, and whether answers are as it says. For one thread. */
final class OpenApi {
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<Value, Schema> schemas = new HashMap<>();
    private final Value.Struct description;

    OpenApi(Value.Struct description) {
        this.description = description;
    }

    /** @param pathTemplate with {@code {names}} */
    record Operation(String method, String pathTemplate, Value.Struct form) {
        String id() {
            return form.findText("operationId").orElseThrow();
        }

        boolean hasBody() {
            return form.find("requestBody").isPresent();
        }

        /** Whether it is of the bundle that describes all of them. */
        boolean isOfRest() {
            return form.findText("x-bundle").isEmpty();
        }

        /** Whether nobody gets an answer without a token. */
        boolean isForAdmins() {
            return ((Value.Array) form.find("security").orElseThrow()).items().size() == 1;
        }

        /** Each name in the path is {@code value}. */
        String path(String value) {
            return pathTemplate.replaceAll("\\{[^}]*}", value);
        }
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        struct(description, "paths")
                .fields()
                .forEach((path, methods) -> ((Value.Struct) methods)
                        .fields()
                        .forEach((method, form) -> operations.add(
                                new Operation(method.toUpperCase(Locale.ROOT), path, (Value.Struct) form))));
        return operations;
    }

    Operation require(String id) {
        return operations().stream()
                .filter(operation -> operation.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("openapi.json has no operation " + id));
    }

    /** Fails unless the status, the content type and the body are described; of the good ones each status, by itself. */
    void check(Operation operation, Rest.Answer answer) {
        String what = operation.id() + " answered " + answer.status() + " " + answer.text();
        Value.Struct responses = struct(operation.form(), "responses");
        Optional<Value> exact = responses.find(String.valueOf(answer.status()));
        assertThat(exact.isPresent() || answer.status() >= 400)
                .as("described: %s", what)
                .isTrue();
        Value.Struct response =
                resolve((Value.Struct) exact.or(() -> responses.find("default")).orElseThrow());
        Optional<Value> content = response.find("content");
        if (content.isEmpty()) {
            assertThat(answer.response().body()).as(what).isEmpty();
            return;
        }
        String type = answer.header("Content-Type").orElse("").split(";", 2)[0];
        Value.Struct types = (Value.Struct) content.get();
        if (types.find("*/*").isPresent() && answer.status() < 300) {
            return;
        }
        assertThat(types.fields()).as(what).containsKey(type);
        check(what, struct(struct(types, type), "schema"), type.endsWith("json") ? answer.text() : json(answer.text()));
    }

    /** Fails unless {@code json} is as the operation's stream says of each of its events. */
    void checkEvent(Operation operation, Value.Struct json) {
        Value.Struct ok = struct(struct(operation.form(), "responses"), "200");
        Value.Struct schema = struct(struct(struct(ok, "content"), "text/event-stream"), "schema");
        check(json.toString(), struct(schema, "contentSchema"), new String(Json.encode(json), StandardCharsets.UTF_8));
    }

    private void check(String what, Value.Struct schema, String json) {
        assertThat(schemas.computeIfAbsent(schema, this::compile).validate(json, InputFormat.JSON))
                .as(what)
                .isEmpty();
    }

    /** A text of another type, as the string that its schema describes. */
    private static String json(String text) {
        return new String(Json.encode(Value.of(text)), StandardCharsets.UTF_8);
    }

    /** References lead from the root of the document, so its components are put there. */
    private Schema compile(Value schema) {
        Value.Struct root = ((Value.Struct) schema).with("components", struct(description, "components"));
        return registry.getSchema(new String(Json.encode(root), StandardCharsets.UTF_8), InputFormat.JSON);
    }

    private Value.Struct resolve(Value.Struct response) {
        return response.findText("$ref")
                .map(ref -> struct(
                        struct(struct(description, "components"), "responses"),
                        ref.substring(ref.lastIndexOf('/') + 1)))
                .orElse(response);
    }

    private static Value.Struct struct(Value.Struct struct, String field) {
        return (Value.Struct) struct.find(field).orElseThrow(() -> new AssertionError("no " + field + " in " + struct));
    }
}
