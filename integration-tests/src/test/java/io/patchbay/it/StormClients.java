package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import javax.net.SocketFactory;

/**
 * All who are at work on a node during a storm: {@link Load}, and beside it those who write and follow over TCP lines and over server-sent events, log in and out in every way, come for one request
 * alone, and look at the pages. Nothing may fail for any of them.
 */
final class StormClients implements AutoCloseable {
    /** The collection whose changes the sample hook-validate sees. */
    static final String HOOKED = "cities";

    private static final int EACH = 4;
    private static final Duration SETTLE = Duration.ofSeconds(60);

    private final URI node;
    private final Load load;
    private final List<LineClient> lines = new ArrayList<>();
    private final List<EventStreamClient> streams = new ArrayList<>();
    private int allowedEnds;

    /** Connects everybody; they are at work until {@link #stop}. */
    StormClients(Node node, Operator operator, int linesPort, Random random, int writesPerSecond) throws IOException {
        this.node = node.uri();
        Rest admin = operator.login(this.node);
        load = new Load(admin);
        admin.post("/collections", Value.struct("name", Value.of(HOOKED))).expect(201);
        try {
            follow(admin, linesPort);
            load.awaitWatchers();
            work(admin, linesPort, random, writesPerSecond);
        } catch (IOException | RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    private void follow(Rest admin, int linesPort) throws IOException {
        for (int i = 0; i < EACH; i++) {
            Interest interest = Interest.number(i);
            LineClient line = connect(admin, linesPort);
            line.subscribe(1, load.watcher(interest), "watch", lineFields(interest));
            line.subscribe(2, load.subscriber(interest), "changes", lineFields(interest, "since", load.beginning()));
            WatchedState state = load.watcher(interest);
            stream(admin, interest, "&mode=watch", event -> state.accept(event.data()));
            ChangeRecord record = load.subscriber(interest);
            stream(admin, interest, "&mode=changes&since=" + load.beginning(), event -> record.accept(event.data()));
        }
    }

    private static Object[] lineFields(Interest interest, Object... more) {
        List<Object> fields = new ArrayList<>(List.of("collection", Load.COLLECTION));
        interest.filter().ifPresent(filter -> fields.addAll(List.of("filter", filter)));
        fields.addAll(List.of(more));
        return fields.toArray();
    }

    private LineClient connect(Rest admin, int linesPort) throws IOException {
        LineClient line = line(linesPort);
        lines.add(line);
        line.login(admin.token().orElseThrow());
        return line;
    }

    private LineClient line(int linesPort) throws IOException {
        return new LineClient(
                node.getScheme().equals("https")
                        ? TestAuthority.shared().trusting().getSocketFactory()
                        : SocketFactory.getDefault(),
                linesPort);
    }

    private void stream(Rest admin, Interest interest, String query, Consumer<EventStreamClient.Event> listener) {
        String filter =
                interest.filter().map(text -> "&filter=" + Rest.encode(text)).orElse("");
        streams.add(new EventStreamClient(
                node, "/events?collection=" + Load.COLLECTION + filter + query, admin.token(), event -> {
                    if (!event.name().equals("subscribed")) {
                        listener.accept(event);
                    }
                }));
    }

    private void work(Rest admin, int linesPort, Random random, int writesPerSecond) throws IOException {
        load.start(random.nextLong(), writesPerSecond);
        for (int i = 0; i < EACH; i++) {
            Random own = new Random(random.nextLong());
            load.addWriter(own, new LineWrites(connect(admin, linesPort), own), Duration.ofMillis(50));
        }
        load.repeat("writes under a hook", () -> writeUnderHook(admin), Duration.ofMillis(50));
        load.repeat("login over REST", this::logInOverRest, Duration.ofMillis(300));
        load.repeat("login by htpasswd", () -> logIn("htpasswd", SwapStormIT.VOUCHED), Duration.ofMillis(400));
        load.repeat("login over the WebSocket", this::logInOverWire, Duration.ofMillis(400));
        load.repeat("login over lines", () -> logInOverLines(linesPort), Duration.ofMillis(500));
        load.repeat("a connection for one request", this::comeForOneRequest, Duration.ofMillis(20));
        load.repeat(
                "console",
                () -> admin.send("GET", "//", BodyPublishers.noBody()).expect(200),
                Duration.ofMillis(50));
        load.repeat(
                "metrics",
                () -> admin.send("GET", "//metrics", BodyPublishers.noBody()).expect(200),
                Duration.ofMillis(200));
    }

    /** No city is written that the hook has not seen: one is stamped, the other refused. */
    private void writeUnderHook(Rest admin) {
        String documents = "/collections/" + HOOKED + "/documents";
        Value.Struct written = admin.post(documents, Value.struct("name", Value.of("Saint-Étienne")))
                .expect(201)
                .json();
        Value.Struct read = admin.get(documents + "/" + written.findText("id").orElseThrow())
                .expect(200)
                .json();
        assertThat(((Value.Struct) read.fields().get("data")).findText("slug")).contains("saint-etienne");
        assertThat(admin.post(documents, Value.struct("name", Value.of(""))).status())
                .as("a city without a name")
                .isEqualTo(422);
    }

    /** In, a read, a new pair of tokens, another read, and out. */
    private void logInOverRest() {
        Value.Struct tokens = logIn("password", Operator.ADMIN);
        read(tokens);
        Value refresh = Value.struct("refreshToken", tokens.fields().get("refreshToken"));
        Value.Struct renewed =
                Rest.stranger(node).post("/auth/refresh", refresh).expect(200).json();
        read(renewed);
        caller(renewed).send("POST", "/auth/logout", BodyPublishers.noBody()).expect(204);
    }

    private Value.Struct logIn(String method, String name) {
        Value.Struct login = Value.struct(
                "method", Value.of(method), "identifier", Value.of(name), "password", Value.of(Operator.PASSWORD));
        return Rest.stranger(node).post("/auth/login", login).expect(200).json();
    }

    private void read(Value.Struct tokens) {
        caller(tokens).get(Load.path("counter-0")).expect(200);
    }

    private Rest caller(Value.Struct tokens) {
        return new Rest(node, tokens.findText("accessToken"));
    }

    private void logInOverWire() {
        try (Wire wire = Wire.connect(node)) {
            wire.ask(
                    "login",
                    "method",
                    Value.of("password"),
                    "identifier",
                    Value.of(Operator.ADMIN),
                    "password",
                    Value.of(Operator.PASSWORD));
            wire.ask("get", "collection", Value.of(Load.COLLECTION), "document", Value.of("counter-0"));
        }
    }

    private void logInOverLines(int linesPort) {
        try (LineClient line = line(linesPort)) {
            line.ask("login", "method", "password", "identifier", Operator.ADMIN, "password", Operator.PASSWORD)
                    .join();
            line.ask("get", "collection", Load.COLLECTION, "document", "counter-0")
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void comeForOneRequest() {
        assertThat(RawHttp.status(node, "GET /health HTTP/1.1", "Host: " + node.getAuthority(), "Connection: close"))
                .as("GET /health on a connection of its own")
                .isEqualTo(200);
    }

    /** How often each stream may have ended by now. */
    void allowStreamsToEnd() {
        allowedEnds++;
    }

    List<String> failures() {
        return load.failures();
    }

    int acknowledgedWrites() {
        return load.acknowledgedWrites();
    }

    long calls() {
        return load.calls();
    }

    /** Lets some more be written. */
    void goOn(int writes) {
        int before = acknowledgedWrites();
        await().atMost(SETTLE)
                .until(() ->
                        acknowledgedWrites() >= before + writes || !failures().isEmpty());
    }

    /** Lets the clients end what they are at, and compares what the node has and what each of them was told with what was acknowledged. */
    void verify() {
        load.stopClients();
        load.verify();
        assertThat(lines)
                .as("connections over lines that ended")
                .allMatch(line -> line.end().isEmpty());
        for (EventStreamClient stream : streams) {
            assertThat(stream.refusal()).as("a stream was refused").isEmpty();
            assertThat(stream.brokenOff()).as("streams broken off").isZero();
            assertThat(stream.ends()).as("streams that ended").isLessThanOrEqualTo(allowedEnds);
        }
    }

    /** Once the node was started again. */
    void verifyDocuments(Rest admin) {
        load.verifyDocuments(admin);
    }

    @Override
    public void close() {
        streams.forEach(EventStreamClient::close);
        for (LineClient line : lines) {
            try {
                line.close();
            } catch (IOException e) {
                // It was broken already.
            }
        }
        load.close();
    }
}
