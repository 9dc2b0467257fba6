package io.patchbay.protocol.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.protocol.rest.Route.Access;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenApiTest {
    private static final Path REFERENCE = Path.of("..", "..", "docs", "reference", "rest.md");

    private final RestNode node = new RestNode();
    private final Value.Struct api = (Value.Struct) Json.decode(NodeRoutes.resource("openapi.json"));

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void theTableOfRoutesAndTheDescriptionAgree() {
        TreeMap<String, String> described = new TreeMap<>();
        struct(api, "paths")
                .fields()
                .forEach((path, item) -> ((Value.Struct) item)
                        .fields()
                        .forEach((method, operation) -> describe(described, method, path, (Value.Struct) operation)));
        TreeMap<String, String> served = new TreeMap<>();
        node.routes
                .table()
                .routes()
                .forEach(route -> served.put(
                        // What takes the rest of a path is a parameter as any other to whoever describes it.
                        route.pattern().replace("*}", "}"),
                        route.access() + " " + new TreeSet<>(route.query()) + (route.body() ? " body" : "")));
        assertThat(described).isEqualTo(served);
    }

    /** A typo that is ignored returns everything, or does something else than was asked for. */
    @Test
    void whatARouteDoesNotReadIsRefusedByItsName() {
        node.routes.table().routes().forEach(route -> {
            String[] parts = route.pattern().replaceAll("\\{\\w+\\*?}", "x").split(" ");
            RestNode.Answered answer =
                    node.admin(parts[0], parts[1] + "?fitler=a").send();
            assertThat(answer.code()).as(route.pattern()).isEqualTo("UNKNOWN_FIELD");
            assertThat(answer.json().findText("field")).contains("fitler");
            if (!route.body()) {
                RestNode.Answered withBody =
                        node.admin(parts[0], parts[1]).json("{\"name\":\"x\"}").send();
                assertThat(withBody.code()).as(route.pattern()).isEqualTo("UNKNOWN_FIELD");
                assertThat(withBody.detail()).contains("'name'");
            }
        });
    }

    @Test
    void anEmptyObjectSaysNothingThatCouldBeLost() {
        assertThat(node.admin("POST", "/api/v1/events/tickets")
                        .json("{}")
                        .send()
                        .status())
                .isEqualTo(201);
    }

    @Test
    void everyReferenceLeadsSomewhereAndNothingIsUnused() {
        String text = new String(NodeRoutes.resource("openapi.json"), StandardCharsets.UTF_8);
        Set<String> referenced = Pattern.compile("\"#/components/(\\w+/\\w+)\"")
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
        Set<String> defined = new TreeSet<>();
        struct(api, "components")
                .fields()
                .forEach((kind, parts) ->
                        ((Value.Struct) parts).fields().keySet().forEach(name -> defined.add(kind + "/" + name)));
        defined.remove("securitySchemes/token");
        defined.remove("securitySchemes/ticket");
        assertThat(referenced).containsExactlyInAnyOrderElementsOf(defined);
    }

    /** Written anew by {@code ./dev docs}. */
    @Test
    void theReferenceIsThatOfTheDescription() throws IOException {
        String reference = RestReference.of(api);
        if (Boolean.getBoolean("patchbay.docs.write")) {
            Files.writeString(REFERENCE, reference);
        }
        assertThat(Files.readString(REFERENCE))
                .as("docs/reference/rest.md is stale: './dev docs' writes it anew")
                .isEqualTo(reference);
    }

    /** What another bundle serves is described here too, and names that bundle. */
    private void describe(Map<String, String> described, String method, String path, Value.Struct operation) {
        if (operation.findText("x-bundle").isEmpty()) {
            described.put(method.toUpperCase(Locale.ROOT) + " " + path, describe(path, operation));
        }
    }

    /** Access and query parameters; also checks that the path's parameters are the pattern's. */
    private String describe(String path, Value.Struct operation) {
        Set<String> query = new TreeSet<>();
        Set<String> inPath = new TreeSet<>();
        operation.find("parameters").map(list -> ((Value.Array) list).items()).stream()
                .flatMap(java.util.List::stream)
                .map(this::resolve)
                .forEach(parameter -> {
                    String name = parameter.findText("name").orElseThrow();
                    switch (parameter.findText("in").orElseThrow()) {
                        case "query" -> query.add(name);
                        case "path" -> inPath.add(name);
                        default -> assertThat(parameter.findText("in")).contains("header");
                    }
                });
        assertThat(inPath)
                .as(path)
                .isEqualTo(Pattern.compile("\\{(\\w+)}")
                        .matcher(path)
                        .results()
                        .map(match -> match.group(1))
                        .collect(Collectors.toSet()));
        Access access = access(
                ((Value.Array) operation.find("security").orElseThrow()).items().size(), operation);
        if (access == Access.TICKET) {
            query.add("ticket");
        }
        return access + " " + query + (operation.find("requestBody").isPresent() ? " body" : "");
    }

    private static Access access(int choices, Value.Struct operation) {
        if (choices == 0) {
            return Access.OPEN;
        }
        assertThat(operation.findText("description").isPresent()).isEqualTo(choices == 1);
        return switch (choices) {
            case 1 -> Access.ADMIN;
            case 2 -> Access.SESSION;
            default -> Access.TICKET;
        };
    }

    private Value.Struct resolve(Value parameter) {
        Value.Struct struct = (Value.Struct) parameter;
        return struct.findText("$ref")
                .map(ref -> struct(
                        struct(struct(api, "components"), "parameters"), ref.substring(ref.lastIndexOf('/') + 1)))
                .orElse(struct);
    }

    private static Value.Struct struct(Value.Struct struct, String field) {
        return (Value.Struct) struct.find(field).orElseThrow();
    }
}
