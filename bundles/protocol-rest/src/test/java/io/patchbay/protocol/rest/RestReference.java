package io.patchbay.protocol.rest;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The reference of REST as a page, made from its description. */
final class RestReference {
    private final Value.Struct api;
    private final StringBuilder page = new StringBuilder();

    private RestReference(Value.Struct api) {
        this.api = api;
    }

    static String of(Value.Struct api) {
        RestReference reference = new RestReference(api);
        reference.write();
        return reference.page.toString();
    }

    private void write() {
        line("# REST reference");
        line("");
        line(
                "Written by `./dev docs` from the description that every node serves at `/openapi.json`; what it says is checked on a running node.");
        line(text(struct(api, "info"), "description").orElse(""));
        line("");
        line(
                "Callers: *anyone* needs no token; *a session* is whoever the access rules let in, with or without a token; *admins* send one. A token goes into `Authorization: Bearer ...`.");
        for (Value.Struct tag : items(api, "tags")) {
            String name = text(tag, "name").orElseThrow();
            line("");
            line("## " + name);
            operations(name);
        }
        line("");
        line("## Shapes");
        struct(struct(api, "components"), "schemas")
                .fields()
                .forEach((name, schema) -> shape(name, (Value.Struct) schema));
    }

    private void operations(String tag) {
        struct(api, "paths")
                .fields()
                .forEach((path, methods) -> ((Value.Struct) methods).fields().forEach((method, form) -> {
                    if (texts((Value.Struct) form, "tags").contains(tag)) {
                        operation(method.toUpperCase(Locale.ROOT) + " " + path, (Value.Struct) form);
                    }
                }));
    }

    private void operation(String pattern, Value.Struct operation) {
        line("");
        line("### `" + pattern + "`");
        String who = who(items(operation, "security").size());
        String more = text(operation, "description")
                .filter(text -> !text.equals("For admins."))
                .map(text -> " " + text.replaceFirst("^For admins\\. ", ""))
                .orElse("");
        line(text(operation, "summary").orElseThrow() + ". For " + who + "." + more);
        parameters(items(operation, "parameters"));
        operation.find("requestBody").ifPresent(body -> {
            line("");
            line("Body: " + content((Value.Struct) body) + ".");
        });
        line("");
        line("| status | |");
        line("|---|---|");
        responses(struct(operation, "responses"));
    }

    private static String who(int choices) {
        return switch (choices) {
            case 0 -> "anyone";
            case 1 -> "admins";
            case 2 -> "a session";
            default -> "a session, also by `?ticket=`";
        };
    }

    private void parameters(List<Value.Struct> parameters) {
        if (parameters.isEmpty()) {
            return;
        }
        line("");
        line("| parameter | in | |");
        line("|---|---|---|");
        for (Value.Struct one : parameters) {
            Value.Struct parameter = resolve(one);
            String form = type(struct(parameter, "schema"));
            line("| `" + text(parameter, "name").orElseThrow() + "` | "
                    + text(parameter, "in").orElseThrow() + " | "
                    + cell(text(parameter, "description")
                                    .map(text -> text + ". ")
                                    .orElse("")
                            + form) + " |");
        }
    }

    /** The good ones, then in one line those that are problems; every route may answer others too. */
    private void responses(Value.Struct responses) {
        List<String> problems = new ArrayList<>();
        responses.fields().forEach((status, response) -> {
            if (text((Value.Struct) response, "$ref").isPresent()) {
                problems.add(status.replace("default", "other"));
            } else {
                response(status, (Value.Struct) response);
            }
        });
        line("| " + String.join(", ", problems) + " | [Problem](#problem) |");
    }

    private void response(String status, Value.Struct response) {
        String shape = response.find("content").isPresent() ? ": " + content(response) : "";
        line("| " + status + " | " + cell(text(response, "description").orElse("") + shape) + " |");
    }

    /** Each content type with its shape. */
    private String content(Value.Struct body) {
        return struct(body, "content").fields().entrySet().stream()
                .map(entry -> "`" + entry.getKey() + "` "
                        + type((Value.Struct)
                                ((Value.Struct) entry.getValue()).find("schema").orElse(Value.Struct.EMPTY)))
                .collect(Collectors.joining("; "));
    }

    private void shape(String name, Value.Struct schema) {
        line("");
        line("### " + name);
        text(schema, "description").ifPresent(text -> line(text + "."));
        if (schema.find("properties").isPresent()) {
            fields(schema);
        } else {
            line("");
            line(type(schema));
        }
    }

    private void fields(Value.Struct schema) {
        List<String> required = texts(schema, "required");
        line("");
        line("| field | type | |");
        line("|---|---|---|");
        struct(schema, "properties").fields().forEach((name, form) -> {
            Value.Struct property = (Value.Struct) form;
            line("| `" + name + "`" + (required.contains(name) ? "" : "?") + " | " + cell(type(property)) + " | "
                    + cell(text(property, "description").orElse("")) + " |");
        });
    }

    /** A schema in a few words; a named one leads to its place. */
    private String type(Value.Struct schema) {
        Optional<String> ref = text(schema, "$ref").map(path -> path.substring(path.lastIndexOf('/') + 1));
        if (ref.isPresent()) {
            return "[" + ref.get() + "](#" + ref.get().toLowerCase(Locale.ROOT) + ")";
        }
        for (String choice : List.of("oneOf", "anyOf")) {
            if (schema.find(choice).isPresent()) {
                return items(schema, choice).stream().map(this::type).collect(Collectors.joining(" or "));
            }
        }
        if (schema.find("contentSchema").isPresent()) {
            return "events of " + type(struct(schema, "contentSchema"));
        }
        if (schema.find("items").isPresent()) {
            return "list of " + type(struct(schema, "items"));
        }
        if (schema.find("properties").isPresent()) {
            return "{"
                    + struct(schema, "properties").fields().entrySet().stream()
                            .map(entry -> "`" + entry.getKey() + "`"
                                    + (texts(schema, "required").contains(entry.getKey()) ? "" : "?") + ": "
                                    + type((Value.Struct) entry.getValue()))
                            .collect(Collectors.joining(", "))
                    + "}";
        }
        return plain(schema);
    }

    private static String plain(Value.Struct schema) {
        if (schema.find("const").isPresent()) {
            return "`" + json(schema.find("const").get()) + "`";
        }
        if (schema.find("enum").isPresent()) {
            return ((Value.Array) schema.find("enum").get())
                    .items().stream().map(value -> "`" + json(value) + "`").collect(Collectors.joining(" or "));
        }
        String type = schema.find("type")
                .map(value ->
                        value instanceof Value.Text text ? text.value() : String.join(" or ", texts(schema, "type")))
                .orElse("any value");
        String bounds = schema.find("minimum").map(low -> " from " + json(low)).orElse("")
                + schema.find("maximum").map(high -> " to " + json(high)).orElse("")
                + schema.find("default").map(value -> ", else " + json(value)).orElse("");
        return type + text(schema, "format").map(format -> " (" + format + ")").orElse("") + bounds;
    }

    private Value.Struct resolve(Value value) {
        Value.Struct part = (Value.Struct) value;
        Optional<String> ref = text(part, "$ref");
        if (ref.isEmpty()) {
            return part;
        }
        String[] path = ref.get().split("/");
        return struct(struct(struct(api, path[1]), path[2]), path[3]);
    }

    private void line(String text) {
        page.append(text).append('\n');
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }

    private static String json(Value value) {
        return new String(Json.encode(value), StandardCharsets.UTF_8);
    }

    private static Optional<String> text(Value.Struct struct, String field) {
        return struct.findText(field);
    }

    private static Value.Struct struct(Value.Struct struct, String field) {
        return (Value.Struct) struct.find(field).orElseThrow(() -> new AssertionError("no " + field + " in " + struct));
    }

    private static List<Value.Struct> items(Value.Struct struct, String field) {
        return struct.find(field).stream()
                .flatMap(list -> ((Value.Array) list).items().stream())
                .map(Value.Struct.class::cast)
                .toList();
    }

    private static List<String> texts(Value.Struct struct, String field) {
        return struct.find(field).stream()
                .flatMap(list -> ((Value.Array) list).items().stream())
                .map(text -> ((Value.Text) text).value())
                .toList();
    }
}
