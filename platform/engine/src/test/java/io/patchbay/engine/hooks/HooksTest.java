package io.patchbay.engine.hooks;

import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.Value;
import io.patchbay.api.hook.Hook;
import io.patchbay.api.hook.HookAnswer;
import io.patchbay.api.hook.HookTerms;
import io.patchbay.api.hook.PendingChange;
import io.patchbay.engine.testing.MemoryStoreFactory;
import io.patchbay.engine.testing.TestClock;
import io.patchbay.engine.testing.TestPlane;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hooks in the way of changes, the well-meaning and the hostile. */
class HooksTest {
    private static final HookTerms CITIES = HookTerms.on("cities").within(Duration.ofSeconds(10));
    private static final Duration SHORT = Duration.ofMillis(200);

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private TestPlane plane;

    @BeforeEach
    void open() {
        plane = new TestPlane(folder, new MemoryStoreFactory(), clock);
        plane.collection("cities");
        plane.collection("notes");
    }

    @AfterEach
    void close() {
        plane.close();
    }

    private void plug(String name, HookTerms terms, Function<PendingChange, HookAnswer> before) {
        plane.providers.plug(Hook.class, name, new Hook() {
            @Override
            public HookTerms terms() {
                return terms;
            }

            @Override
            public HookAnswer before(PendingChange change) {
                return before.apply(change);
            }
        });
    }

    private static HookAnswer stamp(PendingChange change, String field, Value value) {
        return change.data()
                .map(data -> HookAnswer.enrich(data.with(field, value)))
                .orElse(HookAnswer.accept());
    }

    private static Value.Struct city(String name) {
        return Value.struct("name", Value.of(name));
    }

    private static Operation put(String collection, String id, Value.Struct data) {
        return TestPlane.put(collection, id, data, Precondition.ANY);
    }

    private CompletionStage<TransactionResult> commit(Operation... operations) {
        return plane.admin.documents().commit(TransactionRequest.of(operations));
    }

    private Value.Struct stored(String collection, String id) {
        return get(plane.admin.documents().get(collection, id)).data();
    }

    private String state(String hook) {
        return plane.plane.hooks().describe().parts().stream()
                .filter(part -> part.path().endsWith("/" + hook))
                .findFirst()
                .orElseThrow()
                .state();
    }

    @Test
    void anEnrichedDocumentIsWrittenAndAnswered() {
        plug("stamp", CITIES, change -> stamp(change, "stamped", Value.TRUE));

        TransactionResult result = get(commit(put("cities", "lyon", city("Lyon"))));

        Value.Struct expected = city("Lyon").with("stamped", Value.TRUE);
        assertThat(result.written().get(0).data()).contains(expected);
        assertThat(stored("cities", "lyon")).isEqualTo(expected);
    }

    @Test
    void aRefusalTellsTheHookItsMessageAndTheField() {
        plug("validate", CITIES, change -> HookAnswer.refuseField("name", "A city has a name."));

        PatchbayException refused = failure(commit(put("cities", "lyon", city(""))));

        assertThat(refused.code()).isEqualTo(ErrorCode.HOOK_REFUSED);
        assertThat(refused).hasMessage("A city has a name.");
        assertThat(refused.details())
                .isEqualTo(Map.of("hook", "validate", "collection", "cities", "id", "lyon", "field", "name"));
        assertThat(failure(plane.admin.documents().get("cities", "lyon")).code())
                .isEqualTo(ErrorCode.DOCUMENT_NOT_FOUND);
    }

    @Test
    void onlyTheCollectionsOfItsTermsPassAHook() {
        plug("validate", CITIES, change -> HookAnswer.refuse("No."));

        get(commit(put("notes", "n", city("Lyon"))));
        plane.collection("more");
        assertThat(failure(commit(put("cities", "c", city("Lyon")))).code()).isEqualTo(ErrorCode.HOOK_REFUSED);
    }

    @Test
    void theNodesOwnCollectionsPassNoHook() {
        plug("none", HookTerms.onEvery(), change -> HookAnswer.refuse("Nothing may be written."));

        plane.collection("created-all-the-same");
    }

    @Test
    void hooksAreAskedInOrderAndSeeWhatTheOnesBeforeMade() {
        List<String> asked = new CopyOnWriteArrayList<>();
        for (int i = 3; i >= 1; i--) {
            String name = "hook-" + (4 - i);
            int order = i;
            plug(name, CITIES.withOrder(order), change -> {
                asked.add(order + ":"
                        + change.data().orElseThrow().findInt("count").orElse(0L));
                return stamp(change, "count", Value.of((long) order));
            });
        }

        get(commit(put("cities", "lyon", city("Lyon"))));

        assertThat(asked).containsExactly("1:0", "2:1", "3:2");
        assertThat(stored("cities", "lyon").findInt("count")).contains(3L);
    }

    @Test
    void aPatchIsJudgedAsTheDocumentThatItMakes() {
        get(commit(put("cities", "lyon", city("Lyon"))));
        List<PendingChange> seen = new CopyOnWriteArrayList<>();
        plug("stamp", CITIES, change -> {
            seen.add(change);
            return stamp(change, "stamped", Value.TRUE);
        });

        get(commit(
                new Operation.Patch("cities", "lyon", Value.struct("population", Value.of(522250)), Precondition.ANY)));

        Value.Struct merged = city("Lyon").with("population", Value.of(522250));
        assertThat(seen).hasSize(1);
        assertThat(seen.get(0).data()).contains(merged);
        assertThat(seen.get(0).before().orElseThrow().data()).isEqualTo(city("Lyon"));
        assertThat(stored("cities", "lyon")).isEqualTo(merged.with("stamped", Value.TRUE));
    }

    @Test
    void aDeleteCanBeRefused() {
        get(commit(put("cities", "lyon", city("Lyon"))));
        plug("keep", CITIES, change -> change.deletes() ? HookAnswer.refuse("Lyon stays.") : HookAnswer.accept());

        assertThat(failure(commit(new Operation.Delete("cities", "lyon", Precondition.ANY))))
                .hasMessage("Lyon stays.");
        // Of what is not there, nobody is asked.
        get(commit(new Operation.Delete("cities", "nowhere", Precondition.ANY)));
        assertThat(stored("cities", "lyon")).isEqualTo(city("Lyon"));
    }

    @Test
    void aTransactionsRefusalNamesTheOperationAndNothingIsWritten() {
        plug("validate", CITIES, change -> change.id().equals("bad") ? HookAnswer.refuse("Bad.") : HookAnswer.accept());

        PatchbayException refused = failure(commit(
                put("notes", "n", city("n")), put("cities", "good", city("a")), put("cities", "bad", city("b"))));

        assertThat(refused.details()).containsEntry("operation", 2L).containsEntry("id", "bad");
        assertThat(failure(plane.admin.documents().get("notes", "n")).code()).isEqualTo(ErrorCode.DOCUMENT_NOT_FOUND);
    }

    @Test
    void aReplayedWriteIsTheFirstOutcomeAndNoHookIsAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        plug("stamp", CITIES, change -> stamp(change, "number", Value.of((long) asked.incrementAndGet())));
        TransactionRequest request =
                new TransactionRequest(List.of(put("cities", "lyon", city("Lyon"))), Optional.of("key"));

        TransactionResult first = get(plane.admin.documents().commit(request));
        TransactionResult again = get(plane.admin.documents().commit(request));

        assertThat(again.replayed()).isTrue();
        assertThat(again.position()).isEqualTo(first.position());
        assertThat(asked).hasValue(1);
        assertThat(stored("cities", "lyon").findInt("number")).contains(1L);
    }

    @Test
    void noHookIsAskedAboutWhatItsPreconditionForbids() {
        AtomicInteger asked = new AtomicInteger();
        get(commit(put("cities", "lyon", city("Lyon"))));
        plug("count", CITIES, change -> {
            asked.incrementAndGet();
            return HookAnswer.accept();
        });

        PatchbayException conflict = failure(commit(TestPlane.put("cities", "lyon", city("L"), Precondition.ABSENT)));

        assertThat(conflict.code()).isEqualTo(ErrorCode.REVISION_CONFLICT);
        assertThat(asked).hasValue(0);
    }

    @Test
    void manyWhoPatchOneDocumentPastAHookAllSucceed() {
        get(commit(put("cities", "lyon", Value.struct())));
        plug("stamp", CITIES, change -> stamp(change, "stamped", Value.TRUE));

        List<CompletionStage<TransactionResult>> writes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            writes.add(commit(
                    new Operation.Patch("cities", "lyon", Value.struct("f" + i, Value.of(i)), Precondition.ANY)));
        }

        writes.forEach(TestPlane::get);
        assertThat(stored("cities", "lyon").fields()).hasSize(51);
    }

    @Test
    void whatWasPreparedBeforeAHookCameIsNotCommittedWithoutIt() throws Exception {
        CountDownLatch paused = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Thread pause = new Thread(() -> plane.plane.committer().exclusively(Limits.WRITER_WAIT, () -> {
            paused.countDown();
            awaitUninterrupted(goOn);
        }));
        pause.start();
        paused.await();
        CompletionStage<TransactionResult> write = commit(put("cities", "lyon", city("Lyon")));

        plug("stamp", CITIES, change -> stamp(change, "stamped", Value.TRUE));
        goOn.countDown();

        assertThat(get(write).written().get(0).data()).contains(city("Lyon").with("stamped", Value.TRUE));
        pause.join();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyWriteBegunAfterASwapPassesTheNewVersionAndNoneFails() {
        for (int version = 1; version <= 50; version++) {
            Value stamp = Value.of((long) version);
            plug("stamp", CITIES, change -> stamp(change, "version", stamp));
            List<CompletionStage<TransactionResult>> writes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                writes.add(commit(put("cities", "c" + i, city("c"))));
            }
            if (version % 2 == 0) {
                for (CompletionStage<TransactionResult> write : writes) {
                    Value.Struct data = get(write).written().get(0).data().orElseThrow();
                    assertThat(data.findInt("version")).contains((long) version);
                }
            }
        }
        plane.providers.unplug(Hook.class, "stamp");
        get(commit(put("cities", "c", city("c"))));
        assertThat(stored("cities", "c")).isEqualTo(city("c"));
    }

    // Rules.

    private static final Identity ANN = TestPlane.user("ann");

    private CompletionStage<TransactionResult> commitAs(Identity who, Operation... operations) {
        return plane.plane.open(who).documents().commit(TransactionRequest.of(operations));
    }

    /** A collection for which a hook counts its calls, and does {@code before} with the rest. */
    private AtomicInteger ruled(Map<String, String> rules, Function<PendingChange, HookAnswer> before) {
        plane.collection("ruled", rules);
        AtomicInteger asked = new AtomicInteger();
        plug("counting", HookTerms.on("ruled").within(Duration.ofSeconds(10)), change -> {
            asked.incrementAndGet();
            return before.apply(change);
        });
        return asked;
    }

    @Test
    void rulesJudgeWhatTheHookMade() {
        ruled(
                Map.of("create", "after.owner == auth.id", "read", "true"),
                change -> stamp(change, "owner", Value.of(change.caller().id())));
        get(commitAs(ANN, put("ruled", "own", city("Lyon"))));
        assertThat(stored("ruled", "own").findText("owner")).contains("id-of-ann");
    }

    @Test
    void aHookBringsNothingPastTheRules() {
        ruled(Map.of("create", "after.status == \"draft\""), change -> stamp(change, "status", Value.of("published")));
        PatchbayException refused =
                failure(commitAs(ANN, put("ruled", "d", city("Lyon").with("status", Value.of("draft")))));
        assertThat(refused.code()).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(failure(plane.admin.documents().get("ruled", "d")).code()).isEqualTo(ErrorCode.DOCUMENT_NOT_FOUND);
    }

    @Test
    void whoMayNeverWriteReachesNoHook() {
        AtomicInteger asked = ruled(Map.of("create", "auth != null"), change -> HookAnswer.refuse("No."));
        assertThat(failure(commitAs(Identity.ANONYMOUS, put("ruled", "d", city("x"))))
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(failure(commitAs(ANN, new Operation.Delete("ruled", "d", Precondition.ANY)))
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(asked).hasValue(0);
    }

    @Test
    void aRefusalIsToldOnlyToWhomTheRulesAllowTheChange() {
        ruled(
                Map.of("update", "before.owner == auth.id", "read", "true"),
                change -> HookAnswer.refuse("Locked by Bob."));
        plane.providers.unplug(Hook.class, "counting");
        get(commit(put("ruled", "bobs", Value.struct("owner", Value.of("id-of-bob")))));
        get(commit(put("ruled", "anns", Value.struct("owner", Value.of("id-of-ann")))));
        plug("counting", HookTerms.on("ruled"), change -> HookAnswer.refuse("Locked by Bob."));

        assertThat(failure(commitAs(ANN, put("ruled", "bobs", city("x")))).code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(failure(commitAs(ANN, put("ruled", "anns", city("x"))))).hasMessage("Locked by Bob.");
    }

    @Test
    void whoMayNotReadTheDocumentIsNotToldAHooksMessageNorWhatItMade() {
        Map<String, String> rules = Map.of("create", "true", "update", "true");
        AtomicInteger asked = ruled(
                rules,
                change -> change.creates()
                        ? stamp(change, "secret", Value.of("s"))
                        : HookAnswer.refuseField("secret", "The secret is s."));

        TransactionResult created = get(commitAs(ANN, put("ruled", "d", city("x"))));
        PatchbayException refused = failure(commitAs(ANN, put("ruled", "d", city("y"))));

        assertThat(created.written().get(0).data()).isEmpty();
        assertThat(refused.code()).isEqualTo(ErrorCode.HOOK_REFUSED);
        assertThat(refused.getMessage()).doesNotContain("secret");
        assertThat(refused.details()).doesNotContainKey("field");
        assertThat(asked).hasValue(2);
        assertThat(stored("ruled", "d").findText("secret")).contains("s");
    }

    @Test
    void aPatchOfWhatIsHiddenIsNotFoundAndReachesNoHook() {
        AtomicInteger asked = ruled(Map.of("update", "true"), change -> HookAnswer.accept());
        get(commit(put("ruled", "d", city("x"))));
        asked.set(0);
        assertThat(failure(commitAs(ANN, new Operation.Patch("ruled", "d", city("y"), Precondition.ANY)))
                        .code())
                .isEqualTo(ErrorCode.DOCUMENT_NOT_FOUND);
        assertThat(asked).hasValue(0);
    }

    // The hostile.

    @Test
    void aHookThatThrowsRefusesTheChangeIfItIsRequired() {
        plug("broken", CITIES, change -> {
            throw new IllegalStateException("oops");
        });

        PatchbayException failure = failure(commit(put("cities", "lyon", city("Lyon"))));

        assertThat(failure.code()).isEqualTo(ErrorCode.HOOK_UNAVAILABLE);
        assertThat(failure.code().retryable()).isTrue();
        assertThat(failure.details()).containsEntry("hook", "broken");
        assertThat(failure.getMessage()).doesNotContain("oops");
        assertThat(failure(plane.admin.documents().get("cities", "lyon")).code())
                .isEqualTo(ErrorCode.DOCUMENT_NOT_FOUND);
    }

    @Test
    void aHookThatThrowsIsPassedOverIfItIsOptional() {
        plug("broken", CITIES.optional(), change -> {
            throw new IllegalStateException("oops");
        });

        get(commit(put("cities", "lyon", city("Lyon"))));

        assertThat(stored("cities", "lyon")).isEqualTo(city("Lyon"));
    }

    @Test
    void anErrorIsTheHooksFailureAndNotTheNodes() {
        List<Function<PendingChange, HookAnswer>> errors = List.of(
                change -> {
                    throw new NoClassDefFoundError("com/example/Missing");
                },
                change -> overflow(1),
                change -> {
                    throw new OutOfMemoryError("says the hook");
                });
        for (Function<PendingChange, HookAnswer> error : errors) {
            plug("broken", CITIES, error);
            assertThat(failure(commit(put("cities", "lyon", city("Lyon")))).code())
                    .isEqualTo(ErrorCode.HOOK_UNAVAILABLE);
        }
        plane.providers.unplug(Hook.class, "broken");
        get(commit(put("cities", "lyon", city("Lyon"))));
    }

    private static HookAnswer overflow(int depth) {
        return depth > 0 ? overflow(depth + 1) : HookAnswer.accept();
    }

    @Test
    void garbageIsAFailure() {
        List<Function<PendingChange, HookAnswer>> garbage = List.of(
                change -> null,
                change -> new HookAnswer.Enriched(null),
                change -> new HookAnswer.Refused(null, Optional.empty()),
                change -> new HookAnswer.Refused("no", null));
        for (Function<PendingChange, HookAnswer> answer : garbage) {
            plug("garbage", CITIES, answer);
            assertThat(failure(commit(put("cities", "lyon", city("Lyon")))).code())
                    .isEqualTo(ErrorCode.HOOK_UNAVAILABLE);
        }
        get(commit(put("notes", "n", city("n"))));
    }

    @Test
    void dataForADeleteIsAFailure() {
        get(commit(put("cities", "lyon", city("Lyon"))));
        plug("garbage", CITIES, change -> HookAnswer.enrich(city("back again")));

        assertThat(failure(commit(new Operation.Delete("cities", "lyon", Precondition.ANY)))
                        .code())
                .isEqualTo(ErrorCode.HOOK_UNAVAILABLE);
        assertThat(stored("cities", "lyon")).isEqualTo(city("Lyon"));
    }

    @Test
    void anIdInTheDataMovesNoDocument() {
        plug("mover", CITIES, change -> stamp(change, "id", Value.of("paris")));

        get(commit(put("cities", "lyon", city("Lyon"))));

        assertThat(stored("cities", "lyon").findText("id")).contains("paris");
        assertThat(failure(plane.admin.documents().get("cities", "paris")).code())
                .isEqualTo(ErrorCode.DOCUMENT_NOT_FOUND);
    }

    @Test
    void aDocumentMadeTooLargeIsARefusalOfThatWriteAndNoFault() {
        String large = "x".repeat(Limits.DOCUMENT_BYTES);
        plug(
                "grower",
                CITIES,
                change -> change.id().equals("large") ? stamp(change, "text", Value.of(large)) : HookAnswer.accept());

        for (int i = 0; i < Breaker.FAILURES * 2; i++) {
            PatchbayException refused = failure(commit(put("cities", "large", city("Lyon"))));
            assertThat(refused.code()).isEqualTo(ErrorCode.HOOK_REFUSED);
            assertThat(refused).hasMessageContaining("'grower'").hasMessageContaining("bytes");
        }
        get(commit(put("cities", "small", city("Lyon"))));
        assertThat(state("grower")).isEqualTo("serving");
    }

    @Test
    void aDocumentMadeTooDeepIsARefusalOfThatWrite() {
        for (int depth : new int[] {Limits.DEPTH + 1, 100_000}) {
            plug("digger", CITIES, change -> {
                Value.Struct deep = Value.struct();
                for (int i = 0; i < depth; i++) {
                    deep = Value.struct("d", deep);
                }
                return HookAnswer.enrich(deep);
            });
            PatchbayException refused = failure(commit(put("cities", "lyon", city("Lyon"))));
            assertThat(refused.code()).isEqualTo(ErrorCode.HOOK_REFUSED);
            assertThat(refused).hasMessageContaining("'digger'");
        }
    }

    @Test
    void aTransactionMadeTooLargeNamesTheHook() {
        String half = "x".repeat(Limits.DOCUMENT_BYTES - 100);
        plug("grower", CITIES, change -> stamp(change, "text", Value.of(half)));
        Operation[] puts = new Operation[5];
        for (int i = 0; i < puts.length; i++) {
            puts[i] = put("cities", "c" + i, city("c"));
        }

        PatchbayException refused = failure(commit(puts));

        assertThat(refused.code()).isEqualTo(ErrorCode.HOOK_REFUSED);
        assertThat(refused.details()).containsEntry("hook", "grower");
    }

    @Test
    void aHookThatHangsHoldsUpNobodyElseAndIsIsolated() {
        AtomicBoolean hangs = new AtomicBoolean(true);
        AtomicInteger interrupted = new AtomicInteger();
        plug("sleeper", CITIES.within(SHORT), change -> {
            try {
                while (hangs.get()) {
                    Thread.sleep(10_000);
                }
            } catch (InterruptedException e) {
                interrupted.incrementAndGet();
            }
            return stamp(change, "late", Value.TRUE);
        });
        List<CompletionStage<TransactionResult>> writes = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            writes.add(commit(put("cities", "c" + i, city("c"))));
        }
        get(commit(put("notes", "n", city("meanwhile"))));

        for (CompletionStage<TransactionResult> write : writes) {
            assertThat(failure(write).code()).isEqualTo(ErrorCode.HOOK_UNAVAILABLE);
        }
        assertThat(state("sleeper")).isEqualTo("isolated");
        await().until(() ->
                interrupted.get() >= Limits.HOOK_CALLS && plane.plane.hooks().hungCalls() == 0);
        hangs.set(false);
        clock.moveMs(Breaker.SHORTEST.toMillis());
        get(commit(put("cities", "c", city("c"))));
        assertThat(state("sleeper")).isEqualTo("serving");
    }

    @Test
    void aHookThatIgnoresTheInterruptIsShownAsHungUntilItComesBack() {
        CountDownLatch release = new CountDownLatch(1);
        plug("stubborn", CITIES.optional().within(SHORT), change -> {
            awaitWhatever(release);
            return HookAnswer.refuse("too late to matter");
        });
        try {
            List<CompletionStage<TransactionResult>> writes = new ArrayList<>();
            for (int i = 0; i < Limits.HOOK_CALLS; i++) {
                writes.add(commit(put("cities", "c" + i, city("c"))));
            }
            writes.forEach(TestPlane::get);
            await().until(() -> state("stubborn").equals("hung"));
            clock.moveMs(Breaker.LONGEST.toMillis());
            // No probe either: there is no thread for it.
            get(commit(put("cities", "c", city("c"))));
            assertThat(state("stubborn")).isEqualTo("hung");
        } finally {
            release.countDown();
        }
        await().until(() -> plane.plane.hooks().hungCalls() == 0);
        assertThat(failure(commit(put("cities", "c", city("c"))))).hasMessage("too late to matter");
    }

    @Test
    void theBreakerOpensAfterFailuresInARowAndClosesWithAGoodCall() {
        AtomicInteger asked = new AtomicInteger();
        AtomicBoolean broken = new AtomicBoolean(true);
        plug("flaky", CITIES, change -> {
            asked.incrementAndGet();
            if (broken.get()) {
                throw new IllegalStateException("not yet");
            }
            return HookAnswer.accept();
        });
        for (int i = 0; i < Breaker.FAILURES; i++) {
            failure(commit(put("cities", "c", city("c"))));
        }
        assertThat(state("flaky")).isEqualTo("isolated");

        PatchbayException isolated = failure(commit(put("cities", "c", city("c"))));
        assertThat(isolated).hasMessageContaining("not asked until").message().doesNotContain("not yet");
        assertThat(asked).hasValue(Breaker.FAILURES);

        clock.moveMs(Breaker.SHORTEST.toMillis());
        failure(commit(put("cities", "c", city("c"))));
        assertThat(asked).as("one probe").hasValue(Breaker.FAILURES + 1);
        clock.moveMs(Breaker.SHORTEST.toMillis());
        failure(commit(put("cities", "c", city("c"))));
        assertThat(asked).as("isolated for twice as long").hasValue(Breaker.FAILURES + 1);

        broken.set(false);
        clock.moveMs(Breaker.SHORTEST.toMillis());
        get(commit(put("cities", "c", city("c"))));
        assertThat(state("flaky")).isEqualTo("serving");
    }

    @Test
    void aNewVersionOfAnIsolatedHookServesAtOnce() {
        plug("flaky", CITIES, change -> {
            throw new IllegalStateException("always");
        });
        for (int i = 0; i < Breaker.FAILURES; i++) {
            failure(commit(put("cities", "c", city("c"))));
        }

        plug("flaky", CITIES, change -> HookAnswer.accept());

        get(commit(put("cities", "c", city("c"))));
    }

    @Test
    void nothingPassesAHookThatDoesNotSayWhatItIsFor() {
        plane.providers.plug(Hook.class, "mute", new Hook() {
            @Override
            public HookTerms terms() {
                throw new NoClassDefFoundError("com/example/Missing");
            }

            @Override
            public HookAnswer before(PendingChange change) {
                return HookAnswer.accept();
            }
        });

        assertThat(failure(commit(put("notes", "n", city("n")))).code()).isEqualTo(ErrorCode.HOOK_UNAVAILABLE);
        assertThat(state("mute")).isEqualTo("failed");
        plane.providers.unplug(Hook.class, "mute");
        get(commit(put("notes", "n", city("n"))));
    }

    @Test
    void aMessageOfHalfCharactersReachesTheClientWhole() {
        String halved = "x".repeat(Limits.HOOK_MESSAGE_CHARS - 2) + "😀😀";
        plug(
                "garbler",
                CITIES,
                change -> change.id().equals("long")
                        ? HookAnswer.refuse(halved)
                        : HookAnswer.refuseField("a\ud83d", "b\udc00"));

        PatchbayException cut = failure(commit(put("cities", "long", city("c"))));
        PatchbayException halves = failure(commit(put("cities", "halves", city("c"))));

        assertThat(cut.getMessage()).startsWith("xxx").endsWith("...").doesNotContain("?");
        assertThat(halves).hasMessage("b?");
        assertThat(halves.details()).containsEntry("field", "a?");
    }

    @Test
    void swapsOverAndOverFailNoWrite() {
        int versions = Limits.PATCH_RETRIES * 4;
        plugVersion(1, versions);

        get(commit(put("cities", "lyon", city("Lyon"))));

        assertThat(stored("cities", "lyon").findInt("version")).contains((long) versions);
    }

    /** Each is swapped for the next while it is asked. */
    private void plugVersion(int version, int last) {
        AtomicBoolean swapped = new AtomicBoolean(version == last);
        plug("stamp", CITIES, change -> {
            if (swapped.compareAndSet(false, true)) {
                plugVersion(version + 1, last);
            }
            return stamp(change, "version", Value.of((long) version));
        });
    }

    @Test
    void whatIsAnsweredIsNoLongerTimed() {
        plug("quick", CITIES, change -> HookAnswer.accept());
        for (int i = 0; i < 100; i++) {
            get(commit(put("cities", "c" + i, city("c"))));
        }
        await().atMost(Duration.ofSeconds(5)).until(() -> plane.plane.hooks().timed() == 0);
    }

    @Test
    void moreDocumentsThanHooksAreAskedAboutAtATimeAreRefused() {
        Value.Struct large = Value.struct("text", Value.of("x".repeat(Limits.DOCUMENT_BYTES - 100)));
        List<Operation> deletes = new ArrayList<>();
        for (int i = 0; i <= Limits.HOOK_BYTES / (Limits.DOCUMENT_BYTES - 100); i++) {
            get(commit(put("cities", "c" + i, large)));
            deletes.add(new Operation.Delete("cities", "c" + i, Precondition.ANY));
        }
        plug("reader", CITIES, change -> HookAnswer.accept());

        PatchbayException refused = failure(commit(deletes.toArray(new Operation[0])));

        assertThat(refused.code()).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(refused).hasMessageContaining("64 MiB");
        get(commit(deletes.subList(0, 10).toArray(new Operation[0])));
    }

    @Test
    void aHookThatHangsInItsTermsIsAskedOnceAndHoldsUpNoOtherHook() {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        plug("sleeper", HookTerms.on("notes").within(SHORT), change -> {
            awaitUninterrupted(release);
            return HookAnswer.accept();
        });
        Thread plugging = new Thread(() -> plane.providers.plug(Hook.class, "mute", new Hook() {
            @Override
            public HookTerms terms() {
                asked.incrementAndGet();
                awaitWhatever(release);
                return CITIES;
            }

            @Override
            public HookAnswer before(PendingChange change) {
                return HookAnswer.accept();
            }
        }));
        plugging.start();
        try {
            await().until(() -> asked.get() == 1);
            // Its time is watched while the other is asked for its terms.
            PatchbayException late = failure(commit(put("notes", "n", city("n"))));
            assertThat(late).hasMessageContaining("took longer than");
            plugging.join();
            assertThat(state("mute")).isEqualTo("failed");
            plane.plane.hooks().refresh();
            assertThat(asked).as("one call that hangs is enough").hasValue(1);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            release.countDown();
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> state("mute").equals("serving"));
        get(commit(put("cities", "lyon", city("Lyon"))));
    }

    /** As hostile code does. */
    static void awaitWhatever(CountDownLatch release) {
        boolean released = false;
        while (!released) {
            try {
                release.await();
                released = true;
            } catch (InterruptedException ignored) {
                continue;
            }
        }
    }

    @Test
    void callsHoldALeaseAndNoneIsLeftOpen() {
        AtomicInteger during = new AtomicInteger();
        plug("leased", CITIES, change -> {
            during.set(plane.providers.leases(Hook.class, "leased"));
            return HookAnswer.accept();
        });

        get(commit(put("cities", "c", city("c"))));

        assertThat(during).hasValue(1);
        await().until(() -> plane.providers.leases(Hook.class, "leased") == 0);
    }
}
