package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on a node out of the zip: log in, write, read, query and watch, over REST and WebSocket, also across a kill. */
class FirstWholeIT {
    @TempDir
    static Path home;

    private static Node node;
    private static Rest admin;

    @BeforeAll
    static void startNodeWithAnAdmin() {
        node = Node.start(home);
        Operator operator = new Operator(home);
        operator.addAdmin();
        admin = operator.login(node.uri());
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    private static void create(String collection, String... indexes) {
        Value rules = Value.struct("list", Value.of("auth != null"), "read", Value.of("auth != null"));
        admin.post(
                        "/collections",
                        Value.struct(
                                "name", Value.of(collection), "indexes", Value.texts(List.of(indexes)), "rules", rules))
                .expect(201);
    }

    private static String documents(String collection) {
        return "/collections/" + collection + "/documents";
    }

    private static Value.Struct city(String name, String country, long population) {
        return Value.struct("name", Value.of(name), "country", Value.of(country), "population", Value.of(population));
    }

    private static long revision(Value.Struct document) {
        return document.findInt("revision").orElseThrow();
    }

    @Test
    void healthAndReadinessAnswer() {
        Rest stranger = Rest.stranger(node.uri());
        stranger.get("//health").expect(200);
        stranger.get("//ready").expect(200);
        assertThat(stranger.get("//openapi.json").expect(200).json().fields()).containsKey("paths");
    }

    @Test
    void wrongPasswordIsRefused() {
        assertThat(Rest.stranger(node.uri())
                        .tryLogin(Operator.ADMIN, "wrong")
                        .expect(401)
                        .code())
                .isEqualTo("LOGIN_FAILED");
    }

    @Test
    void documentLivesOverRest() {
        create("rest-life");
        Rest.Answer created =
                admin.post(documents("rest-life"), city("Lyon", "FR", 522_250)).expect(201);
        String id = created.json().findText("id").orElseThrow();
        long first = revision(created.json());
        assertThat(created.header("ETag")).contains("\"" + first + "\"");
        String path = documents("rest-life") + "/" + id;
        assertThat(created.header("Location")).contains("/api/v1" + path);

        assertThat(admin.get(path).expect(200).json().fields()).containsEntry("data", city("Lyon", "FR", 522_250));
        long second = revision(admin.put(path, city("Lyon", "FR", 522_969), "If-Match", "\"" + first + "\"")
                .expect(200)
                .json());
        assertThat(second).isGreaterThan(first);
        Value.Struct conflict = admin.put(path, city("Lyon", "FR", 0), "If-Match", "\"" + first + "\"")
                .expect(412)
                .json();
        assertThat(conflict.findInt("currentRevision")).contains(second);
        admin.put(path, city("Lyon", "FR", 0), "If-None-Match", "*").expect(412);
        Value.Struct patched = admin.patch(path, Value.struct("river", Value.of("Rhône"), "population", Value.NULL))
                .expect(200)
                .json();
        assertThat(patched.fields().get("data"))
                .isEqualTo(
                        Value.struct("name", Value.of("Lyon"), "country", Value.of("FR"), "river", Value.of("Rhône")));
        admin.delete(path, "If-Match", "\"" + revision(patched) + "\"").expect(204);
        assertThat(admin.get(path).expect(404).code()).isEqualTo("DOCUMENT_NOT_FOUND");
        admin.delete("/collections/rest-life").expect(204);
        assertThat(admin.get(documents("rest-life")).expect(404).code()).isEqualTo("COLLECTION_NOT_FOUND");
    }

    @Test
    void documentLivesOverWebSocket() {
        create("wire-life");
        try (Wire wire = Wire.connect(admin)) {
            Value.Struct put = wire.ask(
                    "put",
                    "collection",
                    Value.of("wire-life"),
                    "document",
                    Value.of("a/b ü"),
                    "data",
                    city("Graz", "AT", 1),
                    "ifAbsent",
                    Value.TRUE);
            Object[] document = {"collection", Value.of("wire-life"), "document", Value.of("a/b ü")};
            Value.Struct read =
                    (Value.Struct) wire.ask("get", document).fields().get("document");
            assertThat(read.fields())
                    .containsEntry("data", city("Graz", "AT", 1))
                    .containsEntry("revision", Value.of(revision(put)));
            assertThat(admin.get(documents("wire-life") + "/" + Rest.encode("a/b ü"))
                            .expect(200)
                            .json())
                    .isEqualTo(read);

            assertThatThrownBy(() -> wire.ask(
                            "put",
                            "collection",
                            Value.of("wire-life"),
                            "document",
                            Value.of("a/b ü"),
                            "data",
                            city("Graz", "AT", 2),
                            "ifRevision",
                            Value.of(revision(put) + 1)))
                    .isInstanceOfSatisfying(
                            Wire.Refused.class,
                            refused -> assertThat(refused.code()).isEqualTo("REVISION_CONFLICT"));
            wire.ask(
                    "patch",
                    "collection",
                    Value.of("wire-life"),
                    "document",
                    Value.of("a/b ü"),
                    "patch",
                    Value.struct("population", Value.of(3)));
            wire.ask("delete", document);
            assertThatThrownBy(() -> wire.ask("get", document))
                    .isInstanceOfSatisfying(
                            Wire.Refused.class,
                            refused -> assertThat(refused.code()).isEqualTo("DOCUMENT_NOT_FOUND"));
        }
    }

    @Test
    void transactionIsWhole() {
        create("whole");
        try (Wire wire = Wire.connect(admin)) {
            Value.Struct one = Value.struct(
                    "op",
                    Value.of("put"),
                    "collection",
                    Value.of("whole"),
                    "document",
                    Value.of("one"),
                    "data",
                    city("One", "AA", 1));
            Value.Struct never = Value.struct(
                    "op", Value.of("check"), "collection", Value.of("whole"), "document", Value.of("absent"));
            assertThatThrownBy(() -> wire.ask("transaction", "operations", Value.array(one, never)))
                    .isInstanceOf(Wire.Refused.class);
            assertThat(admin.get(documents("whole")).items()).isEmpty();
            wire.ask("transaction", "operations", Value.array(one, one.with("document", Value.of("two"))));
            List<Value.Struct> both = admin.get(documents("whole")).items();
            assertThat(both).hasSize(2).map(FirstWholeIT::revision).containsOnly(revision(both.get(0)));
        }
    }

    @Test
    void strangersAndUsersSeeWhatTheRulesAllow() {
        create("ruled");
        admin.post(documents("ruled"), city("Bern", "CH", 134_000)).expect(201);
        Rest stranger = Rest.stranger(node.uri());
        assertThat(stranger.get(documents("ruled")).status()).isIn(401, 403);
        new Operator(home).addUser("ben", "user");
        Rest user = Rest.login(node.uri(), "ben", Operator.PASSWORD);
        assertThat(user.get(documents("ruled")).expect(200).items()).hasSize(1);
        user.post(documents("ruled"), city("Basel", "CH", 177_000)).expect(403);
        user.post("/collections", Value.struct("name", Value.of("mine"))).expect(403);
        user.get("/stores").expect(403);
    }

    @Test
    void filtersSortAndCursorsAnswerLikeAModelWithAndWithoutIndex() {
        long seed = System.nanoTime();
        System.out.println("FirstWholeIT seed " + seed);
        Random random = new Random(seed);
        List<Value.Struct> model = IntStream.range(0, 700)
                .mapToObj(i -> city(
                        "City " + random.nextInt(300),
                        List.of("FR", "DE", "AT", "CH").get(random.nextInt(4)),
                        random.nextInt(1000)))
                .toList();
        for (String collection : List.of("indexed", "plain")) {
            create(collection, collection.equals("indexed") ? new String[] {"population", "country"} : new String[0]);
            insert(collection, model);
            List<Value> found = admin
                    .all(
                            collection,
                            "limit=37&sort=-population,name&filter="
                                    + Rest.encode("country == \"FR\" && population >= 250"))
                    .stream()
                    .map(document -> document.fields().get("data"))
                    .toList();
            List<Value.Struct> expected = model.stream()
                    .filter(city -> city.findText("country").orElseThrow().equals("FR")
                            && city.findInt("population").orElseThrow() >= 250)
                    .sorted(Comparator.<Value.Struct, Long>comparing(
                                    city -> -city.findInt("population").orElseThrow())
                            .thenComparing(city -> city.findText("name").orElseThrow()))
                    .toList();
            assertThat(found).as(collection).isEqualTo(expected);
        }
        assertThat(admin.get(documents("plain") + "?filter=" + Rest.encode("country =="))
                        .expect(400)
                        .code())
                .isEqualTo("FILTER_INVALID");
    }

    private static void insert(String collection, List<Value.Struct> all) {
        List<Value> operations = new ArrayList<>();
        all.forEach(data ->
                operations.add(Value.struct("op", Value.of("put"), "collection", Value.of(collection), "data", data)));
        admin.post("/transactions", Value.struct("operations", new Value.Array(operations)))
                .expect(200);
    }

    @Test
    void retryWithTheSameKeyIsAnsweredWithTheFirstOutcome() {
        create("once");
        Rest.Answer first = admin.post(documents("once"), city("Ulm", "DE", 1), "Idempotency-Key", "k1")
                .expect(201);
        Rest.Answer again = admin.post(documents("once"), city("Ulm", "DE", 1), "Idempotency-Key", "k1")
                .expect(201);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(again.header("Idempotency-Replayed")).contains("true");
        assertThat(admin.get(documents("once")).items()).hasSize(1);
        assertThat(admin.post(documents("once"), city("Ulm", "DE", 2), "Idempotency-Key", "k1")
                        .expect(422)
                        .code())
                .isEqualTo("IDEMPOTENCY_MISMATCH");
    }

    @Test
    void watcherAndChangesSubscriberFollowTheirFilter() {
        create("watched");
        WatchedState state = new WatchedState();
        ChangeRecord record = new ChangeRecord();
        try (Wire wire = Wire.connect(admin)) {
            admin.put(documents("watched") + "/before", city("Before", "FR", 10), "If-None-Match", "*")
                    .expect(201);
            wire.subscribe(1, "watch", "watched", Optional.of("population > 5"), Optional.empty(), state);
            wire.subscribe(2, "changes", "watched", Optional.of("population > 5"), Optional.empty(), record);
            await().until(state::loaded);
            assertThat(state.held()).containsOnlyKeys("before");

            long in = revision(admin.put(documents("watched") + "/in", city("In", "FR", 6))
                    .expect(201)
                    .json());
            admin.put(documents("watched") + "/out", city("Out", "FR", 1)).expect(201);
            long left = revision(admin.put(documents("watched") + "/before", city("Before", "FR", 2))
                    .expect(200)
                    .json());
            admin.delete(documents("watched") + "/out").expect(204);
            admin.delete(documents("watched") + "/in").expect(204);
            await().untilAsserted(() -> assertThat(state.held()).isEmpty());
            await().untilAsserted(() -> assertThat(record.seen()).hasSize(3));
            assertThat(record.seen().get(0))
                    .isEqualTo(new ChangeRecord.Seen("put", "in", in, Optional.of(city("In", "FR", 6))));
            assertThat(record.seen().get(1))
                    .isEqualTo(new ChangeRecord.Seen("remove", "before", left, Optional.empty()));
            assertThat(record.seen().get(2))
                    .extracting(ChangeRecord.Seen::op, ChangeRecord.Seen::id)
                    .containsExactly("delete", "in");
            assertThat(state.faults()).isEmpty();
            assertThat(record.faults()).isEmpty();
        }
    }

    @Test
    void changesOverRestAreInOrderAndEndWhereTheNextBegin() {
        create("log");
        String since = admin.get("/changes").expect(200).json().findText("next").orElseThrow();
        for (int page = 0; page < 50; page++) {
            String next = admin.get("/changes?limit=1000&since=" + Rest.encode(since))
                    .expect(200)
                    .json()
                    .findText("next")
                    .orElseThrow();
            if (next.equals(since)) {
                break;
            }
            since = next;
        }
        List<Long> revisions = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            revisions.add(revision(admin.post(documents("log"), Value.struct("i", Value.of(i)))
                    .expect(201)
                    .json()));
        }
        List<Value.Struct> items = admin.get("/changes?since=" + Rest.encode(since)).expect(200).items().stream()
                .filter(item -> item.findText("collection").equals(Optional.of("log")))
                .toList();
        assertThat(items).map(FirstWholeIT::revision).isEqualTo(revisions);
    }

    @Test
    void subscribersResumeAfterAKill() {
        create("resumed");
        create("keyed");
        WatchedState state = new WatchedState();
        ChangeRecord record = new ChangeRecord();
        Wire wire = Wire.connect(admin);
        wire.subscribe(1, "watch", "resumed", Optional.empty(), Optional.empty(), state);
        wire.subscribe(2, "changes", "resumed", Optional.of("population >= 0"), Optional.empty(), record);
        admin.put(documents("resumed") + "/kept", city("Kept", "FR", 1)).expect(201);
        admin.put(documents("resumed") + "/gone", city("Gone", "FR", 1)).expect(201);
        await().until(() -> state.held().keySet().containsAll(List.of("kept", "gone")) && record.count() == 2);

        Value.Struct keyed = admin.post(documents("keyed"), city("Keyed", "FR", 1), "Idempotency-Key", "across")
                .expect(201)
                .json();

        node.kill();
        assertThat(Wire.await(wire.ended())).isNotEmpty();
        node = Node.start(home);
        admin = admin.at(node.uri());
        assertThat(admin.post(documents("keyed"), city("Keyed", "FR", 1), "Idempotency-Key", "across")
                        .expect(201)
                        .json())
                .isEqualTo(keyed);
        assertThat(admin.get(documents("keyed")).items()).hasSize(1);
        admin.delete(documents("resumed") + "/gone").expect(204);
        admin.put(documents("resumed") + "/new", city("New", "FR", 2)).expect(201);
        assertThat(admin.get(documents("resumed") + "/kept").expect(200).json().fields())
                .containsEntry("data", city("Kept", "FR", 1));

        try (Wire again = Wire.connect(admin)) {
            again.subscribe(1, "watch", "resumed", Optional.empty(), Optional.of(state.position()), state);
            again.subscribe(
                    2, "changes", "resumed", Optional.of("population >= 0"), Optional.of(record.position()), record);
            await().untilAsserted(() -> assertThat(state.held()).containsOnlyKeys("kept", "new"));
            await().untilAsserted(() -> assertThat(record.seen())
                    .map(ChangeRecord.Seen::id)
                    .containsExactly("kept", "gone", "gone", "new"));
            assertThat(state.faults()).isEmpty();
            assertThat(record.faults()).isEmpty();
            assertThatThrownBy(() -> again.subscribe(
                            3, "changes", "resumed", Optional.empty(), Optional.of("00000000000000000000:1"), record))
                    .isInstanceOf(Wire.Refused.class);
        }
    }
}
