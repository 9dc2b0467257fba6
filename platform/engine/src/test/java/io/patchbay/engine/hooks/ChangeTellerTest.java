package io.patchbay.engine.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.Value;
import io.patchbay.api.hook.CommittedChange;
import io.patchbay.api.hook.Hook;
import io.patchbay.api.hook.HookAnswer;
import io.patchbay.api.hook.HookTerms;
import io.patchbay.api.hook.PendingChange;
import io.patchbay.engine.testing.MemoryStoreFactory;
import io.patchbay.engine.testing.TestPlane;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hooks that are told of durable changes: all of them, in their order, at least once. */
class ChangeTellerTest {
    private static final HookTerms CITIES = HookTerms.on("cities").toldAfter().within(Duration.ofSeconds(10));
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final MemoryStoreFactory factory = new MemoryStoreFactory();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private TestPlane plane;

    @BeforeEach
    void open() {
        plane = new TestPlane(folder, factory, Clock.systemUTC());
        plane.collection("cities");
        plane.collection("notes");
    }

    @AfterEach
    void close() {
        plane.close();
    }

    private void plug(HookTerms terms, Consumer<CommittedChange> after) {
        plane.providers.plug(Hook.class, "audit", new Hook() {
            @Override
            public HookTerms terms() {
                return terms;
            }

            @Override
            public HookAnswer before(PendingChange change) {
                return HookAnswer.accept();
            }

            @Override
            public void after(CommittedChange change) {
                after.accept(change);
            }
        });
    }

    private void put(String collection, String id) {
        plane.put(collection, id, Value.struct("name", Value.of(id)));
    }

    private void awaitTold(String... ids) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(told).containsExactly(ids));
    }

    private Map<String, String> facts() {
        return plane.plane.hooks().describe().parts().get(0).facts();
    }

    @Test
    void everyDurableChangeOfItsCollectionsIsToldInOrder() {
        put("cities", "before-it-came");
        List<CommittedChange> changes = new CopyOnWriteArrayList<>();
        plug(CITIES, changes::add);

        put("cities", "lyon");
        put("notes", "none-of-its");
        TestPlane.get(plane.admin
                .documents()
                .commit(TransactionRequest.of(
                        TestPlane.put("cities", "aix", Value.struct(), Precondition.ANY),
                        new Operation.Delete("cities", "lyon", Precondition.ANY))));

        await().atMost(PATIENCE).until(() -> changes.size() == 3);
        assertThat(changes).extracting(CommittedChange::id).containsExactly("lyon", "aix", "lyon");
        assertThat(changes).extracting(CommittedChange::deletes).containsExactly(false, false, true);
        assertThat(changes.get(0).document().orElseThrow().data().findText("name"))
                .contains("lyon");
        assertThat(changes.get(1).position()).isEqualTo(changes.get(2).position());
        assertThat(changes.get(0).position().offset())
                .isLessThan(changes.get(1).position().offset());
        assertThat(changes).extracting(CommittedChange::collection).containsOnly("cities");
        await().atMost(PATIENCE).until(() -> facts().get("behind").equals("0"));
    }

    @Test
    void aHookThatDidNotAskForItIsToldNothing() {
        plug(HookTerms.on("cities"), change -> told.add(change.id()));
        put("cities", "lyon");
        assertThat(facts()).doesNotContainKey("behind");
        // What is told comes from now on.
        plug(CITIES, change -> told.add(change.id()));
        put("cities", "aix");
        awaitTold("aix");
    }

    @Test
    void aChangeForWhichItFailsIsToldAgainAndLaterOnesWait() {
        AtomicBoolean failed = new AtomicBoolean();
        plug(CITIES, change -> {
            if (change.id().equals("b") && failed.compareAndSet(false, true)) {
                throw new NoClassDefFoundError("com/example/Mailer");
            }
            told.add(change.id());
        });

        put("cities", "a");
        put("cities", "b");
        put("cities", "c");

        await().atMost(PATIENCE).until(failed::get);
        await().atMost(PATIENCE)
                .until(() -> facts().getOrDefault("not told", "").contains("Mailer") || told.size() == 3);
        awaitTold("a", "b", "c");
        await().atMost(PATIENCE).until(() -> !facts().containsKey("not told"));
    }

    @Test
    void anUpdateGoesOnWhereTheVersionBeforeEnded() {
        int versions = 20;
        AtomicInteger number = new AtomicInteger();
        List<String> written = new ArrayList<>();
        for (int version = 0; version < versions; version++) {
            plug(CITIES, change -> told.add(change.id()));
            for (int i = 0; i < 10; i++) {
                String id = "c" + number.incrementAndGet();
                put("cities", id);
                written.add(id);
            }
        }
        // Each at least once, and in order the first time.
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(told.stream().distinct().toList()).isEqualTo(written));
    }

    @Test
    void whatWasCommittedWhileItWasAwayIsToldAfterTheRestart() {
        plug(CITIES, change -> told.add(change.id()));
        put("cities", "a");
        awaitTold("a");
        plane.providers.unplug(Hook.class, "audit");
        put("cities", "while-away");
        plane.close();

        plane = new TestPlane(folder, factory.nextVersion(), Clock.systemUTC());
        plug(CITIES, change -> told.add(change.id()));
        put("cities", "later");

        await().atMost(PATIENCE).until(() -> told.contains("later"));
        assertThat(told.stream().distinct()).containsExactly("a", "while-away", "later");
    }

    @Test
    void oneThatHangsHoldsUpNoWriteAndNotTheNextVersion() {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        plug(CITIES.within(Duration.ofMillis(200)), change -> {
            hangs.countDown();
            HooksTest.awaitWhatever(release);
        });
        try {
            put("cities", "a");
            await().atMost(PATIENCE).until(() -> plane.plane.hooks().hungCalls() == 1);
            put("cities", "b");
            assertThat(hangs.getCount()).isZero();

            plug(CITIES, change -> told.add(change.id()));

            awaitTold("a", "b");
        } finally {
            release.countDown();
        }
        put("cities", "c");
        awaitTold("a", "b", "c");
    }
}
