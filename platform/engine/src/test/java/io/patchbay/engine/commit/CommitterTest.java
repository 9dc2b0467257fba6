package io.patchbay.engine.commit;

import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.Value;
import io.patchbay.engine.testing.MemoryStore;
import io.patchbay.engine.testing.MemoryStoreFactory;
import io.patchbay.engine.testing.TestClock;
import io.patchbay.engine.testing.TestPlane;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitterTest {
    @TempDir
    Path folder;

    private final MemoryStoreFactory factory = new MemoryStoreFactory();
    private final TestClock clock = new TestClock();
    private TestPlane plane;

    @BeforeEach
    void open() {
        plane = new TestPlane(folder, factory, clock);
        plane.collection("items");
    }

    @AfterEach
    void close() {
        plane.close();
    }

    private static Value.Struct number(long value) {
        return Value.struct("n", Value.of(value));
    }

    private CompletionStage<TransactionResult> submit(Operation... operations) {
        return plane.admin.documents().commit(TransactionRequest.of(operations));
    }

    private CompletionStage<TransactionResult> submit(String key, Operation... operations) {
        return plane.admin.documents().commit(new TransactionRequest(List.of(operations), Optional.of(key)));
    }

    private long value(String id) {
        return get(plane.admin.documents().get("items", id)).data().findInt("n").orElseThrow();
    }

    @Test
    void compareAndSetCountersLoseNothing() throws Exception {
        int threads = 8;
        int increments = 200;
        plane.put("items", "counter", number(0));
        ExecutorService writers = Executors.newFixedThreadPool(threads);
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            all.add(writers.submit(() -> {
                for (int i = 0; i < increments; i++) {
                    increment("counter");
                }
            }));
        }
        for (Future<?> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
        writers.shutdown();
        assertThat(value("counter")).isEqualTo(threads * increments);
    }

    private void increment(String id) {
        while (true) {
            Document now = get(plane.admin.documents().get("items", id));
            long next = now.data().findInt("n").orElseThrow() + 1;
            try {
                get(submit(TestPlane.put("items", id, number(next), new Precondition.AtRevision(now.revision()))));
                return;
            } catch (CompletionException e) {
                assertThat(((PatchbayException) e.getCause()).code()).isEqualTo(ErrorCode.REVISION_CONFLICT);
            }
        }
    }

    @Test
    void anErrorOfTheStoreFailsItsBatchAndNotTheCommitter() {
        plane.put("items", "a", number(1));
        factory.store().brokenCommits.set(1);
        assertThat(failure(submit(TestPlane.put("items", "a", number(2), Precondition.ANY)))
                        .code())
                .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
        plane.put("items", "a", number(3));
        assertThat(value("a")).isEqualTo(3);
    }

    @Test
    void aConflictTellsTheCurrentRevision() {
        long revision = plane.put("items", "a", number(1)).written().get(0).revision();
        PatchbayException failure = failure(submit(TestPlane.put("items", "a", number(2), Precondition.ABSENT)));
        assertThat(failure.code()).isEqualTo(ErrorCode.REVISION_CONFLICT);
        assertThat(failure.details()).containsEntry("currentRevision", revision);
    }

    @Test
    void aTransactionHappensWholeOrNotAtAll() {
        plane.put("items", "a", number(1));
        PatchbayException failure = failure(submit(
                TestPlane.put("items", "a", number(2), Precondition.ANY),
                TestPlane.put("items", "b", number(2), Precondition.EXISTS)));
        assertThat(failure.code()).isEqualTo(ErrorCode.REVISION_CONFLICT);
        assertThat(value("a")).isEqualTo(1);
    }

    @Test
    void transactionsOfOneBatchSeeEachOther() {
        MemoryStore store = factory.store();
        store.mayCommit.drainPermits();
        CompletionStage<TransactionResult> holdsUp =
                submit(TestPlane.put("items", "first", number(0), Precondition.ANY));
        await().until(() -> plane.plane.committer().queued() == 0);
        CompletionStage<TransactionResult> create = submit(TestPlane.put("items", "x", number(1), Precondition.ABSENT));
        CompletionStage<TransactionResult> again = submit(TestPlane.put("items", "x", number(2), Precondition.ABSENT));
        CompletionStage<TransactionResult> change = submit(TestPlane.put("items", "x", number(3), Precondition.EXISTS));
        store.mayCommit.release(1000);
        get(holdsUp);
        assertThat(get(create).written().get(0).created()).isTrue();
        assertThat(failure(again).code()).isEqualTo(ErrorCode.REVISION_CONFLICT);
        assertThat(get(change).written().get(0).created()).isFalse();
        assertThat(value("x")).isEqualTo(3);
    }

    @Test
    void idempotentRetryGetsTheFirstOutcome() {
        Operation create = new Operation.Put("items", Optional.empty(), number(1), Precondition.ANY);
        TransactionResult first = get(submit("key-1", create));
        TransactionResult retry = get(submit("key-1", create));
        assertThat(retry.replayed()).isTrue();
        assertThat(retry.position()).isEqualTo(first.position());
        assertThat(retry.written().get(0).id()).isEqualTo(first.written().get(0).id());
        assertThat(retry.written().get(0).revision())
                .isEqualTo(first.written().get(0).revision());
        assertThat(failure(submit("key-1", new Operation.Put("items", Optional.empty(), number(2), Precondition.ANY)))
                        .code())
                .isEqualTo(ErrorCode.IDEMPOTENCY_MISMATCH);
    }

    @Test
    void equalKeysInOneBatchHaveOneOutcome() {
        MemoryStore store = factory.store();
        store.mayCommit.drainPermits();
        CompletionStage<TransactionResult> holdsUp =
                submit(TestPlane.put("items", "first", number(0), Precondition.ANY));
        await().until(() -> plane.plane.committer().queued() == 0);
        Operation create = new Operation.Put("items", Optional.empty(), number(1), Precondition.ANY);
        CompletionStage<TransactionResult> one = submit("twice", create);
        CompletionStage<TransactionResult> two = submit("twice", create);
        store.mayCommit.release(1000);
        get(holdsUp);
        assertThat(get(two).written().get(0).id())
                .isEqualTo(get(one).written().get(0).id());
        assertThat(get(two).replayed()).isTrue();
    }

    @Test
    void aRetriedPatchOfADocumentThatIsGoneGetsTheFirstOutcome() {
        plane.put("items", "a", number(1));
        Operation patch = new Operation.Patch("items", "a", Value.struct("m", Value.of(5)), Precondition.ANY);
        TransactionResult first = get(submit("patch", patch));
        plane.delete("items", "a");
        TransactionResult retry = get(submit("patch", patch));
        assertThat(retry.replayed()).isTrue();
        assertThat(retry.position()).isEqualTo(first.position());
    }

    @Test
    void anOutcomeIsForgottenAfterADay() {
        Operation create = new Operation.Put("items", Optional.empty(), number(1), Precondition.ANY);
        TransactionResult first = get(submit("daily", create));
        clock.moveMs(Duration.ofHours(25).toMillis());
        TransactionResult next = get(submit("daily", create));
        assertThat(next.replayed()).isFalse();
        assertThat(next.written().get(0).id())
                .isNotEqualTo(first.written().get(0).id());
    }

    @Test
    void pauseMakesWritersWaitNotFail() {
        CompletionStage<TransactionResult> waiting;
        try (CommitterPause pause = plane.plane.committer().pause(Duration.ofSeconds(5))) {
            long offset = pause.state().lastOffset();
            waiting = submit(TestPlane.put("items", "a", number(1), Precondition.ANY));
            assertThat(factory.store().state().lastOffset()).isEqualTo(offset);
            assertThat(waiting.toCompletableFuture()).isNotDone();
        }
        assertThat(get(waiting).written()).hasSize(1);
    }

    @Test
    void aStoreFailureFailsItsBatchAndNothingElse() {
        plane.put("items", "a", number(1));
        factory.store().failingCommits.set(1);
        assertThat(failure(submit(TestPlane.put("items", "a", number(2), Precondition.ANY)))
                        .code())
                .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
        assertThat(value("a")).isEqualTo(1);
        long before = plane.plane.feed().position().offset();
        TransactionResult next = plane.put("items", "a", number(3));
        assertThat(next.position().offset()).isEqualTo(before + 1);
        assertThat(value("a")).isEqualTo(3);
    }

    @Test
    void aBatchThatBecameDurableBeforeTheFailureSucceeds() {
        factory.store().failingLate.set(1);
        assertThat(plane.put("items", "late", number(1)).written().get(0).created())
                .isTrue();
        assertThat(value("late")).isEqualTo(1);
    }

    @Test
    void updatedAtNeverGoesBackwards() {
        TransactionResult first = plane.put("items", "a", number(1));
        clock.moveMs(-60_000);
        TransactionResult second = plane.put("items", "a", number(2));
        assertThat(second.written().get(0).updatedAt())
                .isAfterOrEqualTo(first.written().get(0).updatedAt());
    }

    @Test
    void patchesUnderContentionLoseNothing() throws Exception {
        plane.put("items", "wide", number(0));
        ExecutorService writers = Executors.newFixedThreadPool(4);
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            String field = "f" + t;
            all.add(writers.submit(() -> {
                for (int i = 1; i <= 50; i++) {
                    patchUntilDone("wide", Value.struct(field, Value.of(i)));
                }
            }));
        }
        for (Future<?> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
        writers.shutdown();
        Value.Struct data = get(plane.admin.documents().get("items", "wide")).data();
        assertThat(List.of(data.findInt("f0"), data.findInt("f1"), data.findInt("f2"), data.findInt("f3")))
                .allMatch(n -> n.orElse(0L) == 50);
    }

    private void patchUntilDone(String id, Value.Struct patch) {
        while (true) {
            try {
                get(submit(new Operation.Patch("items", id, patch, Precondition.ANY)));
                return;
            } catch (CompletionException e) {
                assertThat(((PatchbayException) e.getCause()).code()).isEqualTo(ErrorCode.RETRIES_EXHAUSTED);
            }
        }
    }

    @Test
    void writersThatWaitWhenTheNodeStopsAreTold() {
        CommitterPause pause = plane.plane.committer().pause(Duration.ofSeconds(5));
        CompletionStage<TransactionResult> waiting = submit(TestPlane.put("items", "a", number(1), Precondition.ANY));
        plane.close();
        assertThat(failure(waiting).code()).isEqualTo(ErrorCode.STOPPING);
        pause.close();
        plane = new TestPlane(folder, factory, Clock.systemUTC());
    }

    @Test
    void aRestartFindsEverything() {
        TransactionResult last = plane.put("items", "a", number(7));
        plane.close();
        plane = new TestPlane(folder, factory.nextVersion(), clock);
        assertThat(value("a")).isEqualTo(7);
        assertThat(plane.put("items", "b", number(8)).position().offset())
                .isEqualTo(last.position().offset() + 1);
    }
}
