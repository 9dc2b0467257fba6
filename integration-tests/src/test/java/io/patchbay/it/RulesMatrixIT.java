package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.patchbay.api.document.Value;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every way to a document, as every kind of caller, under every kind of rule: what the rule allows is done, and what it doesn't is refused, shows nothing and changes nothing. */
class RulesMatrixIT {
    private static final String MARKER = "nobody may see this";
    /** A collection that everyone may watch. */
    private static final String MARKS = "marks";

    private static final List<String> ACTIONS = List.of("list", "read", "create", "update", "delete");

    @TempDir
    static Path home;

    private static Node node;
    private static Rest admin;
    private static final Map<Caller, Rest> CLIENTS = new LinkedHashMap<>();

    private enum Caller {
        STRANGER,
        OWNER,
        OTHER,
        ADMIN
    }

    private enum Rule {
        NONE(Optional.empty()),
        NEVER(Optional.of("false")),
        ALWAYS(Optional.of("true")),
        LOGGED_IN(Optional.of("auth != null")),
        OWNED(Optional.of("doc.owner == auth.name"));

        private final Optional<String> text;

        Rule(Optional<String> text) {
            this.text = text;
        }

        boolean allows(Caller caller) {
            return caller == Caller.ADMIN
                    || switch (this) {
                        case NONE, NEVER -> false;
                        case ALWAYS -> true;
                        case LOGGED_IN -> caller != Caller.STRANGER;
                        case OWNED -> caller == Caller.OWNER;
                    };
        }
    }

    /** Tries something with the document {@code there} (or, for a create, one that is not there yet) and returns everything that it was told. */
    private interface Way {
        String go(Rest client, String collection);
    }

    private static final Map<String, Map<String, Way>> WAYS = Map.of(
            "list",
            Map.of(
                    "GET documents", (client, c) -> text(client.get(documents(c))),
                    "GET documents filtered and sorted",
                            (client, c) ->
                                    text(client.get(documents(c) + "?filter=owner%20!%3D%20%27x%27&sort=-secret")),
                    "GET changes", (client, c) -> changes(client, c),
                    "query over WebSocket", (client, c) -> ask(client, "query", "collection", Value.of(c)),
                    "watch over WebSocket", (client, c) -> watch(client, c)),
            "read",
            Map.of(
                    "GET document", (client, c) -> text(client.get(there(c))),
                    "GET document if it has changed",
                            (client, c) -> text(
                                    client.send("GET", there(c), BodyPublishers.noBody(), "If-None-Match", "\"1\"")),
                    "get over WebSocket",
                            (client, c) ->
                                    ask(client, "get", "collection", Value.of(c), "document", Value.of("there"))),
            "create",
            Map.of(
                    "POST documents", (client, c) -> text(client.post(documents(c), document())),
                    "PUT document",
                            (client, c) -> text(client.put(documents(c) + "/new", document(), "If-None-Match", "*")),
                    "transaction", (client, c) -> transaction(client, operation("put", c, "new"))),
            "update",
            Map.of(
                    "PUT document", (client, c) -> text(client.put(there(c), document())),
                    "PATCH document", (client, c) -> text(client.patch(there(c), Value.struct("n", Value.of(2)))),
                    "transaction", (client, c) -> transaction(client, operation("put", c, "there"))),
            "delete",
            Map.of(
                    "DELETE document", (client, c) -> text(client.delete(there(c))),
                    "transaction", (client, c) -> transaction(client, operation("delete", c, "there"))));

    @BeforeAll
    static void startNode() {
        node = Node.start(home);
        Operator operator = new Operator(home);
        operator.addAdmin();
        operator.addUser("owner", "user");
        operator.addUser("other", "user");
        admin = operator.login(node.uri());
        admin.post(
                        "/collections",
                        Value.struct("name", Value.of(MARKS), "rules", Value.struct("list", Value.of("true"))))
                .expect(201);
        CLIENTS.put(Caller.STRANGER, Rest.stranger(node.uri()));
        CLIENTS.put(Caller.OWNER, Rest.login(node.uri(), "owner", Operator.PASSWORD));
        CLIENTS.put(Caller.OTHER, Rest.login(node.uri(), "other", Operator.PASSWORD));
        CLIENTS.put(Caller.ADMIN, admin);
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @TestFactory
    Stream<DynamicTest> everyWayAsEveryCallerUnderEveryRule() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String action : ACTIONS) {
            for (Rule rule : Rule.values()) {
                for (Map.Entry<String, Way> way : WAYS.get(action).entrySet()) {
                    for (Caller caller : Caller.values()) {
                        tests.add(dynamicTest(
                                action + " by " + way.getKey() + " as " + caller + " under " + rule,
                                () -> check(action, rule, way.getValue(), caller)));
                    }
                }
            }
        }
        return tests.stream();
    }

    /** All other actions are allowed to everyone, so that only the one rule decides. */
    private static void check(String action, Rule rule, Way way, Caller caller) {
        String collection = ("m_" + action + "_" + rule + "_" + caller).toLowerCase(Locale.ROOT);
        Value.Struct rules = Value.struct();
        for (String each : ACTIONS) {
            Optional<String> text = each.equals(action) ? rule.text : Optional.of("true");
            rules = text.isPresent() ? rules.with(each, Value.of(text.get())) : rules;
        }
        admin.post("/collections", Value.struct("name", Value.of(collection), "rules", rules))
                .expect(201);
        try {
            admin.put(there(collection), document()).expect(201);
            String before = state(collection);
            String told = way.go(CLIENTS.get(caller), collection);
            boolean reads = action.equals("list") || action.equals("read");
            if (!rule.allows(caller)) {
                assertThat(told).doesNotContain(MARKER);
                if (!reads) {
                    assertThat(state(collection)).isEqualTo(before);
                }
            } else if (reads) {
                assertThat(told).contains(MARKER);
            } else {
                assertThat(state(collection)).as(told).isNotEqualTo(before);
            }
        } finally {
            admin.delete("/collections/" + collection).expect(204);
        }
    }

    private static String documents(String collection) {
        return "/collections/" + collection + "/documents";
    }

    private static String there(String collection) {
        return documents(collection) + "/there";
    }

    private static Value.Struct document() {
        return Value.struct("owner", Value.of("owner"), "secret", Value.of(MARKER), "n", Value.of(1));
    }

    private static String state(String collection) {
        return admin.get(documents(collection)).expect(200).text();
    }

    /** A refusal is one of the client's own making, in the words of a problem. */
    private static String text(Rest.Answer answer) {
        assertThat(answer.status()).as(answer.text()).isLessThan(500);
        if (answer.status() >= 400) {
            assertThat(answer.status()).as(answer.text()).isIn(401, 403, 404, 412);
            assertThat(answer.code()).isNotEqualTo("(no code)");
        }
        return answer.text();
    }

    private static String changes(Rest client, String collection) {
        StringBuilder all = new StringBuilder();
        String since = "";
        while (true) {
            Rest.Answer page = client.get("/changes?limit=1000" + since);
            if (page.status() != 200) {
                return all + text(page);
            }
            if (page.items().isEmpty()) {
                return all.toString();
            }
            page.items().stream()
                    .filter(change -> change.findText("collection").equals(Optional.of(collection)))
                    .forEach(all::append);
            since = "&since=" + Rest.encode(page.json().findText("next").orElseThrow());
        }
    }

    private static Value.Struct operation(String op, String collection, String id) {
        Value.Struct operation =
                Value.struct("op", Value.of(op), "collection", Value.of(collection), "document", Value.of(id));
        return op.equals("put") ? operation.with("data", document()) : operation;
    }

    private static String transaction(Rest client, Value.Struct operation) {
        return text(client.post("/transactions", Value.struct("operations", Value.array(operation))));
    }

    private static Wire connect(Rest client) {
        return client.token().isPresent() ? Wire.connect(client) : Wire.connect(client.node());
    }

    private static String ask(Rest client, String op, Object... fields) {
        try (Wire wire = connect(client)) {
            return wire.ask(op, fields).toString();
        } catch (Wire.Refused refused) {
            return refusal(refused);
        }
    }

    private static String refusal(Wire.Refused refused) {
        assertThat(refused.code()).isIn("FORBIDDEN", "DOCUMENT_NOT_FOUND");
        return refused.code();
    }

    /** The snapshot, and what comes after a change; a later change of another collection, seen on the same connection, tells that all that was to come has come. */
    private static String watch(Rest client, String collection) {
        Queue<String> events = new ConcurrentLinkedQueue<>();
        Queue<String> marks = new ConcurrentLinkedQueue<>();
        try (Wire wire = connect(client)) {
            wire.subscribe(
                    1, "watch", collection, Optional.empty(), Optional.empty(), event -> events.add(event.toString()));
            wire.subscribe(2, "watch", MARKS, Optional.empty(), Optional.empty(), event -> marks.add(event.toString()));
            await().until(() -> !events.isEmpty() && !marks.isEmpty());
            admin.patch(there(collection), Value.struct("n", Value.of(1))).expect(200);
            admin.put(documents(MARKS) + "/" + collection, Value.struct()).expect(201);
            await().until(() -> marks.stream().anyMatch(mark -> mark.contains(collection)));
            return events.toString();
        } catch (Wire.Refused refused) {
            return events + refusal(refused);
        }
    }
}
