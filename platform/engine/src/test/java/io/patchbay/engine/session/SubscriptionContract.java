package io.patchbay.engine.session;

import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.api.protocol.SubscribeRequest;
import io.patchbay.api.protocol.SubscribeRequest.Mode;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.protocol.SubscriptionEvent.DocumentChange;
import io.patchbay.engine.documents.Failures;
import io.patchbay.engine.testing.TestClient;
import io.patchbay.engine.testing.TestClock;
import io.patchbay.engine.testing.TestPlane;
import io.patchbay.testkit.Seeds;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What subscribers may rely on, over any store. */
abstract class SubscriptionContract {
    @TempDir
    Path folder;

    private TestPlane plane;

    abstract DocumentStoreFactory factory();

    @BeforeEach
    void open() {
        plane = new TestPlane(folder, factory(), Clock.systemUTC());
        plane.collection("items");
    }

    @AfterEach
    void close() {
        plane.close();
    }

    private static Value.Struct number(long value) {
        return Value.struct("n", Value.of(value));
    }

    private static Value.Struct heavy(long value, int bytes) {
        return Value.struct("n", Value.of(value), "pad", Value.of("x".repeat(bytes)));
    }

    private static SubscribeRequest request(Mode mode, Optional<String> filter, Optional<Position> since) {
        return new SubscribeRequest(mode, "items", filter, since);
    }

    private static SubscribeRequest all(Mode mode) {
        return request(mode, Optional.empty(), Optional.empty());
    }

    private static Position subscribe(TestClient client, long number, SubscribeRequest request) {
        return get(client.connection.session().subscribe(number, request));
    }

    private static List<DocumentChange> changes(TestClient client, long subscription) {
        List<DocumentChange> changes = new ArrayList<>();
        for (SubscriptionEvent event : client.eventsOf(subscription)) {
            if (event instanceof SubscriptionEvent.Changes some) {
                changes.addAll(some.changes());
            }
        }
        return changes;
    }

    private static List<Long> numbers(TestClient client, long subscription) {
        return changes(client, subscription).stream()
                .map(change ->
                        change.document().orElseThrow().data().findInt("n").orElseThrow())
                .toList();
    }

    @Test
    void lateSubscriberReceivesHistoryThenLiveChanges() {
        Position before = plane.plane.feed().position();
        plane.put("items", "a", number(1));
        plane.put("items", "b", number(2));
        TestClient client = new TestClient(plane);
        Position start = subscribe(client, 1, request(Mode.CHANGES, Optional.empty(), Optional.of(before)));
        assertThat(start).isEqualTo(before);
        plane.put("items", "c", number(3));
        await().untilAsserted(() -> assertThat(numbers(client, 1)).containsExactly(1L, 2L, 3L));
    }

    @Test
    void aWatcherGetsASnapshotThenWhatChanges() {
        plane.put("items", "a", number(1));
        plane.put("items", "b", number(2));
        TestClient client = new TestClient(plane);
        subscribe(client, 1, all(Mode.WATCH));
        plane.put("items", "c", number(3));
        plane.delete("items", "a");
        await().untilAsserted(() -> assertThat(client.state(1)).isEqualTo(Map.of("b", number(2), "c", number(3))));
        assertThat(client.eventsOf(1).get(0)).isInstanceOf(SubscriptionEvent.Snapshot.class);
    }

    /** A snapshot's pages are read after its position was taken: they may show what came and went between that position and the first look at the feed. */
    @Test
    void whatCameAndWentBehindASnapshotsPositionIsRemoved() {
        Position position = plane.plane.feed().position();
        plane.put("items", "a", number(7));
        plane.put("items", "a", number(1));
        TestClient client = new TestClient(plane);
        subscribe(client, 1, request(Mode.WATCH, Optional.of("n > 4"), Optional.of(position)));
        await().untilAsserted(() -> assertThat(changes(client, 1)).anySatisfy(change -> {
            assertThat(change.id()).isEqualTo("a");
            assertThat(change.document()).isEmpty();
        }));
    }

    @Test
    void anEmptyCollectionHasASnapshotToo() {
        TestClient client = new TestClient(plane);
        subscribe(client, 1, all(Mode.WATCH));
        await().untilAsserted(() -> assertThat(client.eventsOf(1)).hasSize(1));
        assertThat(((SubscriptionEvent.Snapshot) client.eventsOf(1).get(0)).last())
                .isTrue();
    }

    @Test
    void aLargeSnapshotComesInParts() {
        for (int chunk = 0; chunk < 3; chunk++) {
            List<Operation> puts = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                puts.add(TestPlane.put("items", "d" + (chunk * 400 + i), number(i), Precondition.ANY));
            }
            get(plane.admin.documents().commit(new TransactionRequest(puts, Optional.empty())));
        }
        TestClient client = new TestClient(plane);
        subscribe(client, 1, all(Mode.WATCH));
        await().untilAsserted(() -> assertThat(client.state(1)).hasSize(1200));
        assertThat(client.eventsOf(1)).hasSizeGreaterThan(2);
    }

    @Test
    void leavingTheFilterIsARemove() {
        TestClient client = new TestClient(plane);
        subscribe(client, 1, request(Mode.CHANGES, Optional.of("n > 10"), Optional.empty()));
        plane.put("items", "a", number(5));
        plane.put("items", "a", number(15));
        plane.put("items", "a", number(16));
        plane.put("items", "a", number(6));
        plane.put("items", "a", number(7));
        plane.put("items", "a", number(17));
        plane.delete("items", "a");
        await().untilAsserted(() -> assertThat(changes(client, 1)).hasSize(5));
        List<DocumentChange> told = changes(client, 1);
        assertThat(told.stream().map(change -> change.document().isPresent()))
                .containsExactly(true, true, false, true, false);
        assertThat(told.stream().map(DocumentChange::deleted)).containsExactly(false, false, false, false, true);
    }

    @Test
    void whatOneTransactionChangedArrivesAsOneEvent() {
        TestClient client = new TestClient(plane);
        subscribe(client, 1, all(Mode.CHANGES));
        get(plane.admin
                .documents()
                .commit(TransactionRequest.of(
                        TestPlane.put("items", "a", number(1), Precondition.ANY),
                        TestPlane.put("items", "b", number(2), Precondition.ANY))));
        await().untilAsserted(() -> assertThat(client.eventsOf(1)).hasSize(1));
        assertThat(changes(client, 1)).hasSize(2);
    }

    @Test
    void slowChangesSubscriberMissesNothing() {
        TestClient client = new TestClient(plane);
        subscribe(client, 1, all(Mode.CHANGES));
        client.stopReading();
        int count = 400;
        for (int i = 0; i < count; i++) {
            plane.put("items", "d" + i % 7, heavy(i, 20_000));
        }
        assertThat(numbers(client, 1)).hasSizeLessThan(count);
        assertThat(plane.connections.outboxBytes()).isLessThan(2 << 20);
        client.readOn();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(numbers(client, 1)).hasSize(count));
        List<Long> expected = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            expected.add(i);
        }
        assertThat(numbers(client, 1)).isEqualTo(expected);
        assertThat(client.closed()).isEmpty();
    }

    @Test
    void slowWatcherEndsInTheTrueState() {
        TestClient client = new TestClient(plane);
        subscribe(client, 1, request(Mode.WATCH, Optional.of("n % 2 == 0"), Optional.empty()));
        client.stopReading();
        for (int i = 0; i < 400; i++) {
            plane.put("items", "d" + i % 7, heavy(i, 20_000));
        }
        plane.delete("items", "d3");
        int eventsWhileSlow = client.eventsOf(1).size();
        client.readOn();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(client.state(1)).isEqualTo(truth("n % 2 == 0")));
        assertThat(client.eventsOf(1).size() - eventsWhileSlow).as("coalesced").isLessThan(200);
    }

    private Map<String, Value.Struct> truth(String filter) {
        Map<String, Value.Struct> truth = new TreeMap<>();
        get(plane.admin
                        .documents()
                        .list(new io.patchbay.api.document.ListRequest(
                                "items", Optional.of(filter), List.of(), 1000, Optional.empty())))
                .items()
                .forEach(document -> truth.put(document.id(), document.data()));
        return truth;
    }

    @Test
    void aPositionOfAnotherHistoryIsGone() {
        TestClient client = new TestClient(plane);
        SubscribeRequest foreign = request(Mode.CHANGES, Optional.empty(), Optional.of(new Position("other", 1)));
        assertThat(failure(client.connection.session().subscribe(1, foreign)).code())
                .isEqualTo(ErrorCode.HISTORY_GONE);
        Position now = plane.plane.feed().position();
        SubscribeRequest ahead =
                request(Mode.CHANGES, Optional.empty(), Optional.of(new Position(now.epoch(), now.offset() + 5)));
        assertThat(failure(client.connection.session().subscribe(1, ahead)).code())
                .isEqualTo(ErrorCode.HISTORY_GONE);
    }

    @Test
    void watcherWhoseCollectionWasDefinedAnewMeanwhileLoadsTheStateAnew() {
        TestClient client = new TestClient(plane);
        Position before = plane.plane.feed().position();
        get(plane.admin.collections().update(new CollectionDefinition("items", List.of(), Map.of("list", "true"))));
        Position behind = plane.plane.feed().position();

        SubscribeRequest stale = request(Mode.WATCH, Optional.empty(), Optional.of(before));
        assertThat(failure(client.connection.session().subscribe(1, stale)).code())
                .isEqualTo(ErrorCode.HISTORY_GONE);
        subscribe(client, 2, request(Mode.WATCH, Optional.empty(), Optional.of(behind)));
        subscribe(client, 3, request(Mode.CHANGES, Optional.empty(), Optional.of(before)));
    }

    @Test
    void noEventFollowsAnUnsubscribe() {
        TestClient client = new TestClient(plane);
        subscribe(client, 1, all(Mode.CHANGES));
        subscribe(client, 2, all(Mode.CHANGES));
        plane.put("items", "a", number(1));
        await().untilAsserted(() -> assertThat(client.eventsOf(1)).hasSize(1));
        client.connection.session().unsubscribe(1);
        plane.put("items", "b", number(2));
        await().untilAsserted(() -> assertThat(client.eventsOf(2)).hasSize(2));
        assertThat(client.eventsOf(1)).hasSize(1);
        subscribe(client, 1, all(Mode.CHANGES));
        plane.put("items", "c", number(3));
        await().untilAsserted(() -> assertThat(client.eventsOf(1)).hasSize(2));
    }

    /** A client may send both, and the next, without waiting for an answer. */
    @Test
    void anUnsubscribeRightBehindItsSubscribeEndsIt() {
        TestClient client = new TestClient(plane);
        int ended = 0;
        for (int round = 0; round < 200; round++) {
            CompletionStage<Position> first = client.connection.session().subscribe(1, all(Mode.CHANGES));
            client.connection.session().unsubscribe(1);
            subscribe(client, 1, all(Mode.CHANGES));
            client.connection.session().unsubscribe(1);
            ErrorCode code = first.handle((position, failure) ->
                            failure == null ? null : Failures.of(failure).code())
                    .toCompletableFuture()
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join();
            assertThat(code).isIn(null, ErrorCode.CANCELLED);
            ended += code == null ? 0 : 1;
        }
        assertThat(ended).as("found before they were prepared").isPositive();
        plane.put("items", "a", number(1));
        subscribe(client, 2, all(Mode.WATCH));
        await().untilAsserted(() -> assertThat(client.eventsOf(2)).isNotEmpty());
        assertThat(client.eventsOf(1)).isEmpty();
    }

    @Test
    void subscriptionsThatAreAskedForAtOnceAreCounted() {
        TestClient client = new TestClient(plane);
        List<CompletionStage<Position>> asked = new ArrayList<>();
        for (int number = 0; number < Limits.SUBSCRIPTIONS_PER_CONNECTION + 50; number++) {
            asked.add(client.connection.session().subscribe(number, all(Mode.CHANGES)));
        }
        PatchbayException twice = failure(client.connection.session().subscribe(3, all(Mode.CHANGES)));
        assertThat(asked.subList(0, Limits.SUBSCRIPTIONS_PER_CONNECTION))
                .allSatisfy(each -> assertThat(get(each)).isNotNull());
        assertThat(asked.subList(Limits.SUBSCRIPTIONS_PER_CONNECTION, asked.size()))
                .allSatisfy(each -> assertThat(failure(each).code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
        assertThat(twice.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    }

    @Test
    void deletingTheCollectionTellsEachDocumentAndEndsTheSubscription() {
        plane.put("items", "a", number(1));
        TestClient client = new TestClient(plane);
        subscribe(client, 1, all(Mode.CHANGES));
        get(plane.admin.collections().delete("items"));
        await().untilAsserted(() -> assertThat(client.eventsOf(1)).last().isInstanceOf(SubscriptionEvent.Ended.class));
        SubscriptionEvent.Ended ended = (SubscriptionEvent.Ended)
                client.eventsOf(1).get(client.eventsOf(1).size() - 1);
        assertThat(ended.reason().code()).isEqualTo(ErrorCode.COLLECTION_NOT_FOUND);
        assertThat(failure(plane.admin.documents().get("items", "a")).code()).isEqualTo(ErrorCode.COLLECTION_NOT_FOUND);
    }

    @Test
    void anotherIdentityGetsWhatItMaySee() {
        plane.collection("notes", Map.of("list", "doc.owner == auth.id", "read", "doc.owner == auth.id"));
        plane.put("notes", "a", Value.struct("owner", Value.of("id-of-ann")));
        plane.put("notes", "b", Value.struct("owner", Value.of("id-of-bob")));
        TestClient client = new TestClient(plane);
        client.connection.session().authenticate(TestPlane.user("ann"));
        get(client.connection
                .session()
                .subscribe(1, new SubscribeRequest(Mode.WATCH, "notes", Optional.empty(), Optional.empty())));
        await().untilAsserted(() -> assertThat(client.state(1)).containsOnlyKeys("a"));
        // Leaving her sight is a remove, entering it a put.
        plane.put("notes", "a", Value.struct("owner", Value.of("id-of-bob")));
        plane.put("notes", "c", Value.struct("owner", Value.of("id-of-ann")));
        await().untilAsserted(() -> assertThat(client.state(1)).containsOnlyKeys("c"));
        client.connection.session().authenticate(TestPlane.user("bob"));
        await().untilAsserted(() -> assertThat(client.state(1)).containsOnlyKeys("a", "b"));
        assertThat(failure(client.connection.session().subscribe(2, all(Mode.WATCH)))
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
    }

    @Test
    void subscribersAgreeWithAModelWhateverHappens() {
        agreeWithAModel(Seeds.random("subscribersAgreeWithAModelWhateverHappens"), true);
    }

    @Test
    void subscribersThatFallOutOfMemoryReadOnFromTheStore() {
        plane.close();
        plane = new TestPlane(folder, restartedFactory(), Clock.systemUTC(), 3);
        agreeWithAModel(Seeds.random("subscribersThatFallOutOfMemoryReadOnFromTheStore"), false);
    }

    /** @param exact whether before-images are known always, so that no remove is superfluous */
    private void agreeWithAModel(Random random, boolean exact) {
        String filter = "n % 3 == 0";
        List<TestClient> clients = new ArrayList<>();
        List<Integer> startedAt = new ArrayList<>();
        List<Told> log = new ArrayList<>();
        Map<String, Value.Struct> model = new TreeMap<>();
        for (int step = 0; step < 1500; step++) {
            if (step % 150 == 0) {
                TestClient client = new TestClient(plane);
                subscribe(client, 1, request(Mode.CHANGES, Optional.of(filter), Optional.empty()));
                subscribe(client, 2, request(Mode.WATCH, Optional.of(filter), Optional.empty()));
                clients.add(client);
                startedAt.add(log.size());
            }
            write(random, model, log);
            TestClient some = clients.get(random.nextInt(clients.size()));
            switch (random.nextInt(8)) {
                case 0 -> some.stopReading();
                case 1 -> some.readOn();
                case 2 -> some.readOne();
                default -> {}
            }
        }
        clients.forEach(TestClient::readOn);
        Map<String, Value.Struct> expectedState = new TreeMap<>(model);
        expectedState.values().removeIf(data -> data.findInt("n").orElseThrow() % 3 != 0);
        for (int i = 0; i < clients.size(); i++) {
            TestClient client = clients.get(i);
            List<Told> expected = log.subList(startedAt.get(i), log.size());
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(exact ? told(client) : withoutSuperfluous(told(client), expected))
                            .isEqualTo(expected));
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(client.state(2)).isEqualTo(expectedState));
            assertThat(client.closed()).isEmpty();
        }
    }

    /** A change as a subscriber of the log hears it; n is empty for a remove. */
    private record Told(long revision, String id, Optional<Long> n) {}

    private static List<Told> told(TestClient client) {
        return changes(client, 1).stream()
                .map(change -> new Told(
                        change.revision(),
                        change.id(),
                        change.document().map(d -> d.data().findInt("n").orElseThrow())))
                .toList();
    }

    /** Without the removes of what the subscriber could not have had. */
    private static List<Told> withoutSuperfluous(List<Told> told, List<Told> expected) {
        return told.stream()
                .filter(one -> one.n().isPresent() || expected.contains(one))
                .toList();
    }

    private void write(Random random, Map<String, Value.Struct> model, List<Told> log) {
        int operations = 1 + random.nextInt(3);
        List<Operation> transaction = new ArrayList<>();
        Map<String, Optional<Value.Struct>> changed = new TreeMap<>();
        while (changed.size() < operations) {
            String id = "d" + random.nextInt(20);
            if (!changed.containsKey(id)) {
                boolean delete = random.nextInt(4) == 0;
                Value.Struct data = heavy(random.nextInt(100), random.nextInt(10) == 0 ? 30_000 : 10);
                changed.put(id, delete ? Optional.empty() : Optional.of(data));
                transaction.add(
                        delete
                                ? new Operation.Delete("items", id, Precondition.ANY)
                                : TestPlane.put("items", id, data, Precondition.ANY));
            }
        }
        long revision = get(plane.admin.documents().commit(new TransactionRequest(transaction, Optional.empty())))
                .position()
                .offset();
        for (Operation operation : transaction) {
            String id = operation instanceof Operation.Put put
                    ? put.id().orElseThrow()
                    : ((Operation.Delete) operation).id();
            Optional<Value.Struct> before = Optional.ofNullable(model.get(id));
            Optional<Value.Struct> after = changed.get(id);
            after.ifPresentOrElse(data -> model.put(id, data), () -> model.remove(id));
            if (matches(after)) {
                log.add(new Told(revision, id, after.flatMap(data -> data.findInt("n"))));
            } else if (matches(before)) {
                log.add(new Told(revision, id, Optional.empty()));
            }
        }
    }

    private static boolean matches(Optional<Value.Struct> data) {
        return data.isPresent() && data.get().findInt("n").orElseThrow() % 3 == 0;
    }

    @Test
    void whoResumesEndsInTheTrueState() {
        plane.put("items", "a", number(20));
        plane.put("items", "b", number(20));
        TestClient first = new TestClient(plane);
        subscribe(first, 1, request(Mode.WATCH, Optional.of("n > 10"), Optional.empty()));
        await().untilAsserted(() -> assertThat(first.state(1)).hasSize(2));
        Position left = plane.plane.feed().position();
        first.receiver.onClosed();
        plane.put("items", "a", number(1));
        plane.put("items", "c", number(30));
        TestClient second = new TestClient(plane);
        assertThat(subscribe(second, 1, request(Mode.WATCH, Optional.of("n > 10"), Optional.of(left))))
                .isEqualTo(left);
        await().untilAsserted(() -> assertThat(changes(second, 1)).hasSize(2));
        Map<String, Value.Struct> state = new TreeMap<>(first.state(1));
        for (DocumentChange change : changes(second, 1)) {
            change.document().ifPresentOrElse(d -> state.put(change.id(), d.data()), () -> state.remove(change.id()));
        }
        assertThat(state).isEqualTo(Map.of("b", number(20), "c", number(30)));
        assertThat(changes(second, 1).stream()
                        .map(change -> change.document().map(d -> d.stored()).map(StoredDocument::id)))
                .contains(Optional.of("c"));
    }

    @Test
    void aRestartedNodeGoesOnFromTheStoredFeed() {
        Position before = plane.plane.feed().position();
        for (int i = 0; i < 50; i++) {
            plane.put("items", "d" + i, number(i));
        }
        plane.close();
        plane = new TestPlane(folder, restartedFactory(), Clock.systemUTC());
        assertThat(get(plane.admin.collections().list())).hasSize(1);
        TestClient client = new TestClient(plane);
        subscribe(client, 1, request(Mode.CHANGES, Optional.empty(), Optional.of(before)));
        plane.put("items", "live", number(50));
        await().untilAsserted(() -> assertThat(numbers(client, 1)).hasSize(51).isSorted());
    }

    abstract DocumentStoreFactory restartedFactory();

    @Test
    void subscriptionsThatMustBeAskedAboutEveryChangeAreLimited() {
        TestClient client = new TestClient(plane);
        for (int number = 1; number <= Limits.SCANNED_SUBSCRIPTIONS_PER_CONNECTION; number++) {
            subscribe(client, number, request(Mode.CHANGES, Optional.of("n > " + number), Optional.empty()));
        }
        SubscribeRequest oneMore = request(Mode.CHANGES, Optional.of("n > 0"), Optional.empty());
        PatchbayException refused = failure(client.connection.session().subscribe(1001, oneMore));
        assertThat(refused.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        assertThat(refused).hasMessageContaining("room == 7");

        subscribe(client, 1002, request(Mode.CHANGES, Optional.of("n == 5 && n > 0"), Optional.empty()));
        subscribe(client, 1003, all(Mode.CHANGES));
        client.connection.session().unsubscribe(1);
        subscribe(client, 1001, oneMore);
        plane.put("items", "a", number(5));
        await().untilAsserted(() -> {
            assertThat(numbers(client, 1001)).containsExactly(5L);
            assertThat(numbers(client, 1002)).containsExactly(5L);
            assertThat(numbers(client, 1003)).containsExactly(5L);
        });
    }

    /** They share a live query, and the one whose token has ended leaves it while all are told. */
    @Test
    void anEndedTokenCostsItsNeighboursNothing() {
        plane.close();
        TestClock clock = new TestClock();
        plane = new TestPlane(folder.resolve("other"), factory(), clock);
        plane.collection("items", Map.of("list", "true"));
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            TestClient client = new TestClient(plane);
            Identity user = TestPlane.user("ann");
            client.connection
                    .session()
                    .authenticate(new Identity(
                            user.id(),
                            user.name(),
                            user.role(),
                            user.family(),
                            i % 2 == 0 ? Optional.of(clock.instant().plusSeconds(60)) : Optional.empty()));
            subscribe(client, 1, all(Mode.CHANGES));
            clients.add(client);
        }
        plane.put("items", "a", number(1));
        clients.forEach(client ->
                await().untilAsserted(() -> assertThat(numbers(client, 1)).containsExactly(1L)));
        clock.moveMs(61_000);
        plane.put("items", "a", number(2));
        for (int i = 1; i < 8; i += 2) {
            TestClient client = clients.get(i);
            await().untilAsserted(() -> assertThat(numbers(client, 1)).containsExactly(1L, 2L));
        }
    }

    /** Live, and while catching up in either way; whoever wants something cheaper goes on. */
    @Test
    void aFilterThatTakesTooLongForOneDocumentEndsItsSubscriptionAlone() {
        Position start = plane.plane.feed().position();
        Optional<String> costly = Optional.of("list.all(a, list.all(b, a != b + 1000))");
        TestClient client = new TestClient(plane);
        subscribe(client, 1, request(Mode.CHANGES, costly, Optional.empty()));
        subscribe(client, 2, request(Mode.CHANGES, Optional.of("n > 0"), Optional.empty()));
        plane.put("items", "small", list(10));
        await().untilAsserted(() -> assertThat(numbers(client, 1)).containsExactly(10L));
        plane.put("items", "large", list(200));
        plane.put("items", "small", list(11));
        await().untilAsserted(() -> assertThat(numbers(client, 2)).containsExactly(10L, 200L, 11L));
        assertThat(numbers(client, 1)).containsExactly(10L);
        assertThat(endOf(client, 1)).isEqualTo(ErrorCode.LIMIT_EXCEEDED);

        subscribe(client, 3, request(Mode.CHANGES, costly, Optional.of(start)));
        subscribe(client, 4, request(Mode.WATCH, costly, Optional.of(start)));
        await().untilAsserted(() -> {
            assertThat(endOf(client, 3)).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
            assertThat(endOf(client, 4)).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        });
    }

    /** Else whoever subscribes to {@code secret == "x" && (much work)} is told whose secret it is. */
    @Test
    void aCostlyFilterTellsNothingOfDocumentsThatTheRuleHides() {
        plane.collection("notes", Map.of("list", "has(doc.open)"));
        TestClient client = new TestClient(plane);
        client.connection.session().authenticate(TestPlane.user("ann"));
        Optional<String> costly = Optional.of("secret == 'x' && list.all(a, list.all(b, a != b + 1000))");
        subscribe(client, 1, new SubscribeRequest(Mode.CHANGES, "notes", costly, Optional.empty()));
        Value.Struct hidden = list(300).with("secret", Value.of("x"));
        plane.put("notes", "hidden", hidden);
        subscribe(client, 2, new SubscribeRequest(Mode.CHANGES, "notes", Optional.empty(), Optional.empty()));
        plane.put("notes", "seen", list(1).with("open", Value.TRUE));
        await().untilAsserted(() -> assertThat(numbers(client, 2)).containsExactly(1L));
        assertThat(client.eventsOf(1)).isEmpty();

        plane.put("notes", "hidden", hidden.with("open", Value.TRUE));
        await().untilAsserted(() -> assertThat(endOf(client, 1)).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
    }

    private static Value.Struct list(int size) {
        return Value.struct(
                "n",
                Value.of(size),
                "list",
                Value.array(IntStream.range(0, size).mapToObj(Value::of).toArray(Value[]::new)));
    }

    private static ErrorCode endOf(TestClient client, long subscription) {
        List<SubscriptionEvent> events = client.eventsOf(subscription);
        assertThat(events).isNotEmpty();
        assertThat(events.get(events.size() - 1)).isInstanceOf(SubscriptionEvent.Ended.class);
        return ((SubscriptionEvent.Ended) events.get(events.size() - 1))
                .reason()
                .code();
    }
}
