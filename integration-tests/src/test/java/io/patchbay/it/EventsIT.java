package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Server-sent events of a node of the distribution, as an {@code EventSource} reads them. */
@Timeout(120)
class EventsIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String LARGE = "n >= 10";

    @TempDir
    Path home;

    @TempDir
    Path jars;

    private final List<EventStreamClient> clients = new ArrayList<>();
    private Node node;
    private Operator operator;
    private Rest admin;

    @BeforeEach
    void start() {
        node = Node.start(home);
        operator = new Operator(home);
        operator.addAdmin();
        admin = operator.login(node.uri());
        admin.post("/collections", Value.struct("name", Value.of("things"))).expect(201);
    }

    @AfterEach
    void stop() {
        clients.forEach(EventStreamClient::close);
        node.close();
    }

    @Test
    void watcherIsToldTheStateThenWhatChangesAndWhatLeavesItsFilter() {
        put("a", 10);
        put("b", 1);
        EventStreamClient client = open("/events?collection=things&filter=" + Rest.encode(LARGE), admin);
        WatchedState state = new WatchedState();
        await().atMost(LIMIT).until(() -> client.events("snapshot").size() == 1);

        put("b", 12);
        put("a", 2);
        admin.delete("/collections/things/documents/b").expect(204);
        put("c", 3);
        put("d", 11);
        await().atMost(LIMIT).until(() -> client.changes().size() == 4);

        assertThat(client.changes().stream()
                        .map(change -> change.findText("op").orElseThrow() + " "
                                + change.findText("id").orElseThrow()))
                .containsExactly("put b", "remove a", "delete b", "put d");
        client.events().stream()
                .filter(event -> !event.name().equals("subscribed"))
                .forEach(event -> state.accept(event.data()));
        assertThat(state.held()).containsOnlyKeys("d");
        assertThat(state.faults()).isEmpty();
        // What the WebSocket would resume from, and the other way round.
        assertThat(client.events().get(client.events().size() - 1).lastId()).isEqualTo(state.position());
    }

    @Test
    void logGoesOnBehindKillsWithoutAGapAndWithoutARepetition() {
        String path = "/events?collection=things&mode=changes&ticket=" + ticket(admin);
        EventStreamClient client = open(path, Rest.stranger(node.uri()));
        await().atMost(LIMIT).until(() -> client.events("subscribed").size() == 1);
        List<String> acknowledged = new ArrayList<>();
        for (int kill = 0; kill < 2; kill++) {
            write(acknowledged, 20);
            String port = String.valueOf(node.port());
            node.kill();
            node = Node.start(home, "--port", port);
            write(acknowledged, 20);
            int connections = kill + 2;
            await().atMost(LIMIT).until(() -> client.connections() == connections);
        }
        write(acknowledged, 20);
        await().atMost(LIMIT).until(() -> client.changes().size() >= acknowledged.size());
        assertThat(client.changes().stream().map(change -> change.findText("id").orElseThrow()))
                .containsExactlyElementsOf(acknowledged);
        assertThat(client.events("reload")).isEmpty();
    }

    @Test
    void streamsEndWhenAnotherBundleTakesOverAndMissNothing() {
        String path = "/events?collection=things&mode=changes";
        EventStreamClient client = open(path, admin);
        await().atMost(LIMIT).until(() -> client.events("subscribed").size() == 1);
        List<String> acknowledged = new ArrayList<>();
        write(acknowledged, 20);
        install("protocol-rest");
        awaitReturn(client, 1);
        write(acknowledged, 20);
        uninstall("protocol-rest");
        awaitReturn(client, 2);

        // The transport that was there is drained, so its streams resume on that of the plugin; and the other way
        // round.
        install("transport-http");
        awaitReturn(client, 3);
        EventStreamClient other = open(path + "&since=" + client.firstPosition(), admin);
        await().atMost(LIMIT).until(() -> other.changes().size() == acknowledged.size());
        write(acknowledged, 20);
        uninstall("transport-http");
        awaitReturn(other, 1);
        awaitReturn(client, 4);
        write(acknowledged, 20);

        for (EventStreamClient one : List.of(client, other)) {
            await().atMost(LIMIT).until(() -> one.changes().size() >= acknowledged.size());
            assertThat(one.changes().stream()
                            .map(change -> change.findText("id").orElseThrow()))
                    .containsExactlyElementsOf(acknowledged);
            assertThat(one.brokenOff())
                    .as("streams that broke off instead of ending")
                    .isZero();
        }
        assertThat(node.log()).doesNotContain(" ERROR ");
    }

    private void install(String bundle) {
        Path jar = BundleVersion.core(bundle, "com.example." + bundle, jars);
        operator.run("plugin", "install", jar.toString());
    }

    private void uninstall(String bundle) {
        operator.run("plugin", "uninstall", "com.example." + bundle);
    }

    private static void awaitReturn(EventStreamClient client, int ends) {
        await().atMost(LIMIT).until(() -> client.ends() >= ends && client.connections() > ends);
    }

    @Test
    void logoutEndsTheStreamsOfTheLoginWithinASecondAndNoOthers() {
        Rest other = operator.login(node.uri());
        EventStreamClient byToken = open("/events?collection=things", other);
        EventStreamClient byTicket =
                open("/events?collection=things&ticket=" + ticket(other), Rest.stranger(node.uri()));
        EventStreamClient stays = open("/events?collection=things", admin);
        for (EventStreamClient client : clients) {
            await().atMost(LIMIT).until(() -> client.events("snapshot").size() == 1);
        }
        other.send("POST", "/auth/logout", BodyPublishers.noBody()).expect(204);

        for (EventStreamClient client : List.of(byToken, byTicket)) {
            await().atMost(Duration.ofSeconds(1)).until(() -> client.ends() == 1);
            assertThat(client.events("end").get(0).findText("code")).contains("UNAUTHENTICATED");
            await().atMost(LIMIT).until(() -> client.refusal().equals(Optional.of(401)));
        }
        put("a", 1);
        await().atMost(LIMIT).until(() -> stays.changes().size() == 1);
        assertThat(stays.ends()).isZero();
    }

    @Test
    void rulesDecideWhatAStreamTells() {
        operator.addUser("bob", "user");
        Rest bob = Rest.login(node.uri(), "bob", Operator.PASSWORD);
        refuse(bob, "/events?collection=things", 403, "FORBIDDEN");
        refuse(Rest.stranger(node.uri()), "/events?collection=things", 401, "UNAUTHENTICATED");
        rules("list", "doc.n < 5");
        EventStreamClient client = open("/events?collection=things", bob);
        await().atMost(LIMIT).until(() -> client.events("snapshot").size() == 1);

        put("hidden", 10);
        put("seen", 1);
        put("seen", 7);
        await().atMost(LIMIT).until(() -> client.changes().size() == 2);
        assertThat(client.changes().get(1).findText("op")).contains("remove");
        assertThat(client.changes()).allMatch(change -> change.findText("id").equals(Optional.of("seen")));

        rules("list", "doc.n > 5");
        await().atMost(LIMIT).until(() -> client.events("snapshot").size() == 2);
        assertThat(client.events("reload")).hasSize(1);
        assertThat(WatchedState.structs(client.events("snapshot").get(1), "items"))
                .hasSize(2);
        rules("list", null);
        await().atMost(LIMIT).until(() -> client.events("end").size() == 1);
        await().atMost(LIMIT).until(() -> client.refusal().equals(Optional.of(403)));
    }

    @Test
    void whatIsWrongIsSaidAtOnce() {
        Value.Struct problem =
                refuse(admin, "/events?collection=things&filter=" + Rest.encode("n >> 3"), 400, "FILTER_INVALID");
        assertThat(problem.findInt("line")).contains(1L);
        assertThat(problem.findInt("column")).isPresent();
        refuse(admin, "/events?collection=nothing", 404, "COLLECTION_NOT_FOUND");
        refuse(admin, "/events?collection=things&mode=all", 400, "BAD_REQUEST");
        refuse(admin, "/events?collection=things&since=x", 400, "POSITION_INVALID");
        refuse(admin, "/events?collection=things&mode=changes&since=other:1", 410, "HISTORY_GONE");
        refuse(Rest.stranger(node.uri()), "/events?collection=things&ticket=a.1.b", 401, "UNAUTHENTICATED");
        refuse(admin, "/events?collection=things&ticket=" + ticket(admin), 400, "BAD_REQUEST");

        put("a", 1);
        EventStreamClient gone = open("/events?collection=things&since=other:1", admin);
        await().atMost(LIMIT).until(() -> gone.events("snapshot").size() == 1);
        assertThat(gone.events().stream().map(EventStreamClient.Event::name))
                .containsExactly("subscribed", "reload", "snapshot");
        assertThat(gone.events().get(1).lastId()).isEmpty();
    }

    @Test
    void slowReaderHoldsUpNobodyAndEndsInTheTrueState() throws IOException {
        String text = "x".repeat(200_000);
        EventStreamClient fast = open("/events?collection=things", admin);
        try (Socket slow = new Socket("127.0.0.1", node.port())) {
            slow.setSoTimeout((int) LIMIT.toMillis());
            slow.getOutputStream()
                    .write(("GET /api/v1/events?collection=things HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + admin.token().orElseThrow() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            // 60 MB of one document, of which nobody reads a byte: more than the outbox, sockets and all.
            for (int i = 0; i < 300; i++) {
                put("large", Value.struct("n", Value.of(i), "text", Value.of(text)));
            }
            await().atMost(LIMIT)
                    .until(() -> fast.changes().stream()
                            .anyMatch(change -> ((Value.Struct)
                                            change.find("data").orElseThrow())
                                    .findInt("n")
                                    .equals(Optional.of(299L))));
            String read = readUntil(slow.getInputStream(), "\"n\":299,");
            assertThat(read.split("event: changes").length)
                    .as("changes that a reader who woke up is sent: not all there were")
                    .isLessThan(200);
        }
    }

    private static String readUntil(InputStream in, String wanted) throws IOException {
        StringBuilder read = new StringBuilder();
        byte[] buffer = new byte[64 << 10];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            int from = Math.max(0, read.length() - wanted.length());
            read.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            if (read.indexOf(wanted, from) >= 0) {
                return read.toString();
            }
        }
        throw new AssertionError("the stream ended before " + wanted);
    }

    private Value.Struct refuse(Rest client, String path, int status, String code) {
        Rest.Answer answer = client.get(path).expect(status);
        assertThat(answer.code()).as(path).isEqualTo(code);
        assertThat(answer.header("Content-Type")).contains("application/problem+json");
        return answer.json();
    }

    private void write(List<String> acknowledged, int count) {
        Rest writer = admin.at(node.uri());
        IntStream.range(0, count).forEach(i -> {
            String id = "w" + acknowledged.size();
            writer.put("/collections/things/documents/" + id, Value.struct("n", Value.of(i)))
                    .expect(201);
            acknowledged.add(id);
        });
    }

    private void put(String id, int n) {
        put(id, Value.struct("n", Value.of(n)));
    }

    private void put(String id, Value.Struct data) {
        Rest.Answer answer = admin.put("/collections/things/documents/" + id, data);
        assertThat(answer.status()).as(answer.text()).isIn(200, 201);
    }

    private void rules(String action, @Nullable String rule) {
        admin.put(
                        "/collections/things",
                        Value.struct("rules", Value.struct(action, rule == null ? Value.NULL : Value.of(rule))))
                .expect(200);
    }

    private static String ticket(Rest client) {
        return client.post("/events/tickets", Value.struct())
                .expect(201)
                .json()
                .findText("ticket")
                .orElseThrow();
    }

    private EventStreamClient open(String path, Rest client) {
        EventStreamClient opened =
                new EventStreamClient(URI.create(client.node().toString()), path, client.token());
        clients.add(opened);
        return opened;
    }
}
