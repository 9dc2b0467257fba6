package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.Value;
import io.patchbay.client.ClientException;
import io.patchbay.client.ClientLimits;
import io.patchbay.client.ClientOptions;
import io.patchbay.client.Document;
import io.patchbay.client.DocumentChange;
import io.patchbay.client.DocumentCollection;
import io.patchbay.client.Interest;
import io.patchbay.client.ListQuery;
import io.patchbay.client.Page;
import io.patchbay.client.PatchbayClient;
import io.patchbay.client.Status;
import io.patchbay.client.Subscription;
import io.patchbay.client.Tokens;
import io.patchbay.client.TransactionOutcome;
import io.patchbay.client.WatchListener;
import io.patchbay.client.Written;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The client for Java programs against a real node. {@code -Dpatchbay.client.seed=N} repeats the random writes. */
@Timeout(180)
class JavaClientIT {
    private static final long SEED = Long.getLong("patchbay.client.seed", System.nanoTime());
    private static final String EXAMPLE = "cities";
    private static final int WRITERS = 3;
    private static final int KILLS = 2;
    private static final int WRITES_BETWEEN_KILLS = 150;
    private static final Value.Struct OPEN_RULES = Value.struct(
            "list", Value.of("auth != null"),
            "read", Value.of("auth != null"),
            "create", Value.of("auth != null"),
            "update", Value.of("auth != null"),
            "delete", Value.of("auth != null"));

    @TempDir
    static Path home;

    /** One for all tests, each with a collection of its own. */
    private static Node node;

    private static BlockingProxy proxy;
    private static int collections;

    /** How a client reaches the node. */
    private enum Reach {
        WEBSOCKET,
        HTTP_WHERE_WEBSOCKETS_ARE_BLOCKED
    }

    private final List<PatchbayClient> clients = new ArrayList<>();
    private DocumentCollection cities;

    @BeforeAll
    static void startNode() {
        node = Node.start(home);
        proxy = new BlockingProxy(() -> node.uri());
        Operator operator = new Operator(home);
        operator.addAdmin();
        operator.addUser("bob", "user");
        createCollection(operator.login(node.uri()), EXAMPLE);
    }

    @AfterAll
    static void stopNode() {
        proxy.close();
        node.close();
    }

    @BeforeEach
    void makeCollection() {
        collections++;
        createCollection(new Operator(home).login(node.uri()), name());
    }

    private PatchbayClient login(Reach reach) {
        PatchbayClient client = login(options(reach));
        cities = client.collection(name());
        return client;
    }

    private static String name() {
        return "cities" + collections;
    }

    private static ClientOptions options(Reach reach) {
        return ClientOptions.of(reach == Reach.WEBSOCKET ? node.uri() : proxy.uri());
    }

    private static void createCollection(Rest admin, String name) {
        admin.post(
                        "/collections",
                        Value.struct(
                                "name", Value.of(name), "indexes", Value.array(Value.of("n")), "rules", OPEN_RULES))
                .expect(201);
    }

    @AfterEach
    void closeClients() {
        clients.forEach(PatchbayClient::close);
    }

    private PatchbayClient login(ClientOptions options) {
        PatchbayClient client = PatchbayClient.of(options);
        clients.add(client);
        assertThat(client.login("bob", Operator.PASSWORD).join().name()).isEqualTo("bob");
        return client;
    }

    @ParameterizedTest
    @EnumSource
    void documentsAreCreatedReadMergedReplacedListedAndDeleted(Reach reach) {
        login(reach);
        Written created = cities.create(n(1).with("area", Value.struct("km2", Value.of(47.87), "land", Value.of(1))))
                .join();
        assertThat(created.created()).isTrue();
        Document read = cities.get(created.id()).join();
        assertThat(read.revision()).isEqualTo(created.revision());
        assertThat(read.updatedAt()).isEqualTo(created.updatedAt().orElseThrow());

        Value.Struct patch = Value.struct("n", Value.of(Long.MAX_VALUE), "area", Value.struct("land", Value.NULL));
        cities.patch(created.id(), patch, new Precondition.AtRevision(created.revision()))
                .join();
        assertThat(cities.get(created.id()).join().data())
                .isEqualTo(Value.struct("n", Value.of(Long.MAX_VALUE), "area", Value.struct("km2", Value.of(47.87))));
        assertThat(cities.put(created.id(), n(2)).join().created()).isFalse();
        cities.delete(created.id()).join();
        assertThat(failure(cities.get(created.id())).is(ErrorCode.DOCUMENT_NOT_FOUND))
                .isTrue();
        assertThat(failure(cities.patch(created.id(), patch)).retryable()).isFalse();

        IntStream.range(0, 25).mapToObj(i -> cities.put("c" + i, n(i))).toList().forEach(CompletableFuture::join);
        List<Long> seen = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            ListQuery query = ListQuery.all().filter("n >= 5").sort("-n").limit(7);
            Page page = cities.list(cursor.map(query::after).orElse(query)).join();
            page.items().forEach(item -> seen.add(item.data().findInt("n").orElseThrow()));
            cursor = page.next();
        } while (cursor.isPresent());
        assertThat(seen)
                .containsExactlyElementsOf(
                        IntStream.range(0, 20).mapToObj(i -> 24L - i).toList());
    }

    @ParameterizedTest
    @EnumSource
    void transactionsHappenWholeOrNotAndFailuresSayWhatMetThem(Reach reach) {
        PatchbayClient client = login(reach);
        Operation put = new Operation.Put(cities.name(), Optional.of("a"), n(1), Precondition.ABSENT);
        Operation check = new Operation.Check(cities.name(), "b", Precondition.ABSENT);
        TransactionOutcome outcome = client.transaction(List.of(put, check)).join();
        assertThat(outcome.results()).singleElement().extracting(Written::id).isEqualTo("a");

        ClientException conflict = failure(client.transaction(List.of(put)));
        assertThat(conflict.is(ErrorCode.REVISION_CONFLICT)).isTrue();
        assertThat(conflict.details().findInt("currentRevision"))
                .contains(outcome.results().get(0).revision());
        Operation other = new Operation.Put(cities.name(), Optional.of("z"), n(1), Precondition.ANY);
        failure(client.transaction(List.of(other, new Operation.Check(cities.name(), "b", Precondition.EXISTS))));
        assertThat(failure(cities.get("z")).code()).isEqualTo("DOCUMENT_NOT_FOUND");
        assertThat(failure(cities.list(ListQuery.all().filter("n ="))).is(ErrorCode.FILTER_INVALID))
                .isTrue();
        assertThat(failure(client.collection("nowhere").get("a")).is(ErrorCode.COLLECTION_NOT_FOUND))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void watchShowsTheStateAndLetsGoOfWhatLeavesTheFilter(Reach reach) {
        login(reach);
        cities.put("a", n(1)).join();
        cities.put("b", n(20)).join();
        State state = new State();
        Subscription watch = cities.watch(Interest.in("n < 10"), state).join();
        await().until(() -> state.is(Map.of("a", 1L)));
        cities.put("b", n(2)).join();
        await().until(() -> state.is(Map.of("a", 1L, "b", 2L)));
        cities.put("a", n(100)).join();
        await().until(() -> state.is(Map.of("b", 2L)));
        cities.delete("b").join();
        await().until(() -> state.is(Map.of()));
        watch.close();
    }

    @ParameterizedTest
    @EnumSource
    void logOfASlowReaderMissesNothingAndHoldsUpNobody(Reach reach) {
        login(reach);
        CountDownLatch reading = new CountDownLatch(1);
        List<String> seen = new CopyOnWriteArrayList<>();
        cities.changes(Interest.all(), (changes, position) -> {
                    awaitLatch(reading);
                    changes.forEach(change -> seen.add(change.id()));
                })
                .join();
        int writes = 3 * ClientLimits.QUEUED_EVENTS;
        List<CompletableFuture<Written>> written = IntStream.range(0, writes)
                .mapToObj(i -> cities.put("c" + i, n(i)))
                .toList();
        List<String> inOrder = written.stream()
                .map(CompletableFuture::join)
                .sorted(Comparator.comparingLong(Written::revision))
                .map(Written::id)
                .toList();
        // Everything was acknowledged on the connection whose log nobody reads.
        assertThat(seen).isEmpty();
        reading.countDown();
        await().atMost(Duration.ofSeconds(60)).until(() -> seen.size() >= writes);
        assertThat(seen).containsExactlyElementsOf(inOrder);
    }

    @ParameterizedTest
    @EnumSource
    void loginGoesOnWithItsRefreshTokenUntilTheLogout(Reach reach) {
        List<Optional<Tokens>> kept = new CopyOnWriteArrayList<>();
        PatchbayClient first = login(options(reach).onTokens(kept::add));
        await().until(() -> kept.size() == 1);
        PatchbayClient second = PatchbayClient.of(options(reach).onTokens(kept::add));
        clients.add(second);
        assertThat(failure(second.collection(name()).list(ListQuery.all())).code())
                .isIn("UNAUTHENTICATED", "FORBIDDEN");
        String refreshToken = first.tokens().orElseThrow().refreshToken();
        assertThat(second.loginWithRefreshToken(refreshToken).join().role()).isEqualTo("user");
        second.collection(name()).put("a", n(1)).join();

        second.logout().join();
        await().until(() -> kept.get(kept.size() - 1).isEmpty());
        assertThat(failure(second.collection(name()).get("a")).code())
                .isIn("UNAUTHENTICATED", "FORBIDDEN", "DOCUMENT_NOT_FOUND");
        assertThat(failure(second.login("bob", "wrong")).is(ErrorCode.LOGIN_FAILED))
                .isTrue();
    }

    /** Over three lives of an access token: the log goes on, on one connection, and so do the writes. */
    @ParameterizedTest
    @EnumSource
    void loginOutlivesItsAccessTokens(Reach reach, @TempDir Path shortHome) throws IOException {
        Files.createDirectories(shortHome.resolve("conf"));
        Files.writeString(shortHome.resolve("conf/patchbay.yaml"), "auth:\n  accessTokenLifetime: 2s\n");
        try (Node shortNode = Node.start(shortHome);
                BlockingProxy shortProxy = new BlockingProxy(shortNode::uri)) {
            Operator own = new Operator(shortHome);
            own.addAdmin();
            own.addUser("bob", "user");
            createCollection(own.login(shortNode.uri()), EXAMPLE);
            List<Optional<Tokens>> kept = new CopyOnWriteArrayList<>();
            List<Status> statuses = new CopyOnWriteArrayList<>();
            PatchbayClient client =
                    login(ClientOptions.of(reach == Reach.WEBSOCKET ? shortNode.uri() : shortProxy.uri())
                            .onTokens(kept::add)
                            .onStatus(statuses::add));
            List<String> seen = new CopyOnWriteArrayList<>();
            client.collection(EXAMPLE)
                    .changes(Interest.all(), (changes, position) -> changes.forEach(change -> seen.add(change.id())))
                    .join();
            List<String> written = new ArrayList<>();
            while (kept.size() < 4) {
                written.add(client.collection(EXAMPLE)
                        .create(n(written.size()))
                        .join()
                        .id());
            }
            await().until(() -> seen.size() >= written.size());
            assertThat(seen).isEqualTo(written);
            assertThat(statuses).containsExactly(Status.CONNECTING, Status.CONNECTED);
        }
    }

    /** Writers write on while the node is killed and started again; what each was told is what a model says, and what the subscribers saw. */
    @ParameterizedTest
    @EnumSource
    void killedNodeCostsNoWriteNoChangeAndNoSubscriber(Reach reach) {
        System.out.println("JavaClientIT: seed " + SEED);
        List<Status> statuses = new CopyOnWriteArrayList<>();
        PatchbayClient reader = login(options(reach).onStatus(statuses::add));
        List<ChangeRecord.Seen> seen = new CopyOnWriteArrayList<>();
        reader.collection(name())
                .changes(Interest.all(), (changes, position) -> changes.forEach(change -> seen.add(seen(change))))
                .join();
        State state = new State();
        reader.collection(name()).watch(Interest.in("n % 3 == 0"), state).join();

        Ledger ledger = new Ledger();
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            DocumentCollection own = login(options(reach)).collection(name());
            Random random = new Random(SEED + i);
            String prefix = "w" + i + "-";
            writers.add(CompletableFuture.runAsync(() -> write(own, prefix, random, ledger)));
        }
        int port = node.port();
        for (int kill = 1; kill <= KILLS; kill++) {
            int acknowledged = kill * WRITES_BETWEEN_KILLS;
            await().atMost(Duration.ofSeconds(60)).until(() -> ledger.size() >= acknowledged);
            node.kill();
            node = Node.start(home, "--port", String.valueOf(port));
        }
        writers.forEach(CompletableFuture::join);

        Predicate<Value.Struct> everything = data -> true;
        List<ChangeRecord.Seen> expected = ledger.changes(everything);
        await().atMost(Duration.ofSeconds(60)).until(() -> seen.size() >= expected.size());
        assertThat(seen).containsExactlyElementsOf(expected);
        Map<String, Long> matching = ledger.state(data -> data.findInt("n").orElseThrow() % 3 == 0).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, held -> held.getValue().revision()));
        await().atMost(Duration.ofSeconds(60)).until(() -> state.revisions().equals(matching));
        assertThat(statuses).contains(Status.DISCONNECTED);
        assertThat(statuses.get(statuses.size() - 1)).isEqualTo(Status.CONNECTED);
        if (reach == Reach.HTTP_WHERE_WEBSOCKETS_ARE_BLOCKED) {
            assertThat(proxy.refused()).as("WebSockets asked for in vain").isPositive();
        }
    }

    private static void write(DocumentCollection own, String prefix, Random random, Ledger ledger) {
        List<String> there = new ArrayList<>();
        for (int i = 0; i < (KILLS + 1) * WRITES_BETWEEN_KILLS / WRITERS; i++) {
            Value.Struct data = n(random.nextInt(1000));
            int dice = there.isEmpty() ? 0 : random.nextInt(4);
            String known = there.isEmpty() ? "" : there.get(random.nextInt(there.size()));
            if (dice <= 1) {
                // With a condition that a second carrying-out would break.
                String id = prefix + i;
                ledger.put(own.put(id, data, Precondition.ABSENT).join().revision(), 0, id, data);
                there.add(id);
            } else if (dice == 2) {
                ledger.put(own.patch(known, data).join().revision(), 0, known, data);
            } else {
                ledger.delete(own.delete(known).join().revision(), known);
                there.remove(known);
            }
        }
    }

    private static ChangeRecord.Seen seen(DocumentChange change) {
        return new ChangeRecord.Seen(
                change.kind().name().toLowerCase(Locale.ROOT),
                change.id(),
                change.revision(),
                change.document().map(Document::data));
    }

    /** Copied from docs/clients.md, compiled and run by the JDK alone against the jars of the zip. */
    @Test
    void exampleOfTheDocumentationRuns() throws IOException {
        Path example = Path.of("../clients/java/examples/Cities.java");
        String source = Files.readString(example);
        assertThat(Files.readString(Path.of("../docs/clients.md"))).contains("```java\n" + source + "```\n");
        assertThat(source).contains("http://127.0.0.1:7420", "correct horse battery", "\"ann\"");

        login(Reach.WEBSOCKET)
                .collection(EXAMPLE)
                .put("lyon", Value.struct("name", Value.of("Lyon"), "population", Value.of(522_250)))
                .join();
        Path copy = home.resolve("Cities.java");
        Files.writeString(
                copy,
                source.replace("http://127.0.0.1:7420", node.uri().toString())
                        .replace("\"correct horse battery\"", '"' + Operator.PASSWORD + '"'));
        Path folder = Distribution.shared().folder();
        CommandResult run = CommandResult.of(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                "",
                "-cp",
                folder.resolve("clients") + "/*:" + folder.resolve("bundles") + "/*",
                copy.toString());
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("Lyon", "Paris");
    }

    private static final class State implements WatchListener {
        private volatile Map<String, Document> documents = Map.of();
        private volatile boolean shown;

        @Override
        public void onState(Map<String, Document> state, String position) {
            documents = Map.copyOf(state);
            shown = true;
        }

        /** By id, what stands under {@code n}. */
        boolean is(Map<String, Long> expected) {
            return shown
                    && documents.values().stream()
                            .collect(Collectors.toMap(
                                    Document::id,
                                    each -> each.data().findInt("n").orElseThrow()))
                            .equals(expected);
        }

        Map<String, Long> revisions() {
            return documents.values().stream().collect(Collectors.toMap(Document::id, Document::revision));
        }
    }

    private static Value.Struct n(long number) {
        return Value.struct("n", Value.of(number));
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ClientException failure(CompletableFuture<?> call) {
        try {
            call.join();
        } catch (CompletionException e) {
            return (ClientException) e.getCause();
        }
        throw new AssertionError("it did not fail");
    }
}
