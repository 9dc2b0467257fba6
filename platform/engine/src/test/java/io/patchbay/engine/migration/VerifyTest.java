package io.patchbay.engine.migration;

import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.Value;
import io.patchbay.api.migration.StoreDifference;
import io.patchbay.api.migration.StoreVerification;
import io.patchbay.api.plugin.Job;
import io.patchbay.engine.jobs.ThreadedJobs;
import io.patchbay.engine.keys.TestKeyring;
import io.patchbay.engine.metrics.MeterRegistry;
import io.patchbay.engine.metrics.NodeMetrics;
import io.patchbay.engine.migration.documents.DocumentSwaps;
import io.patchbay.engine.testing.MemoryStore;
import io.patchbay.engine.testing.MemoryStoreFactory;
import io.patchbay.engine.testing.TestPlane;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyTest {
    private static final int DOCUMENTS = 3_000;

    @TempDir
    Path home;

    private final MemoryStoreFactory memory = new MemoryStoreFactory();
    private final MemoryStoreFactory other = new MemoryStoreFactory("other");
    private final AtomicBoolean writing = new AtomicBoolean(true);
    private final AtomicLong writes = new AtomicLong();
    private final List<CompletableFuture<Void>> writers = new ArrayList<>();
    private TestPlane node;
    private NodeStores stores;
    private long things;

    @BeforeEach
    void start() {
        node = new TestPlane(home, memory, Clock.systemUTC());
        node.providers.plug(DocumentStoreFactory.class, "other", other);
        NodeMetrics metrics = new NodeMetrics(new MeterRegistry());
        stores = new NodeStores(
                new ThreadedJobs(metrics), metrics, TestKeyring.in(home.resolve("keys")), home.resolve("data"));
        stores.add(new DocumentSwaps(node.plane, node.providers));
        node.collection("things");
        things = node.plane.catalog().require("things").id();
        for (int from = 0; from < DOCUMENTS; from += 500) {
            List<Operation> operations = new ArrayList<>();
            for (int i = from; i < from + 500; i++) {
                operations.add(TestPlane.put("things", "id-" + i, n(i), Precondition.ANY));
            }
            get(node.admin.documents().commit(new TransactionRequest(operations, Optional.of("load-" + from))));
        }
        succeed(stores.swap("documents", "other", Map.of(), false));
        node.put("things", "id-0", n(-1));
        get(node.admin
                .documents()
                .commit(new TransactionRequest(
                        List.of(TestPlane.put("things", "id-1", n(-1), Precondition.ANY)), Optional.of("once"))));
    }

    @AfterEach
    void stop() {
        writing.set(false);
        writers.forEach(CompletableFuture::join);
        stores.stop();
        node.close();
    }

    private static Value.Struct n(long n) {
        return Value.struct("n", Value.of(n));
    }

    private static Job succeed(Job job) {
        job.ended().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(job.state()).as("%s", job.failure()).isEqualTo(Job.State.SUCCEEDED);
        return job;
    }

    private StoreVerification verify() {
        Job job = succeed(stores.verify("documents", Optional.empty()));
        StoreVerification found = stores.findVerification("documents", 0, 1000).orElseThrow();
        assertThat(found.job()).isEqualTo(job.id());
        return found;
    }

    private void level() {
        Awaitility.await().until(() -> stores.list().get(0).followerLag() == 0);
    }

    private StoredDocument stored(String id) {
        return memory.store().find(things, id).orElseThrow();
    }

    private void damage(String id, StoredDocument document) {
        memory.store().damage(new DocumentKey(things, id), document);
    }

    /** One of each way in which a row can be wrong; returns what must be found. */
    private List<StoreDifference> damageFollower() {
        MemoryStore follower = memory.store();
        StoredDocument a = stored("id-100");
        StoredDocument b = stored("id-200");
        StoredDocument c = stored("id-300");
        long change = stored("id-0").revision();
        damage("id-100", new StoredDocument(things, "id-100", a.revision(), a.updatedAtMs(), new byte[] {(byte) 0xa0}));
        damage("id-200", new StoredDocument(things, "id-200", b.revision() - 1, b.updatedAtMs(), b.body()));
        damage("id-300", new StoredDocument(things, "id-300", c.revision(), c.updatedAtMs() + 5, c.body()));
        follower.damage(new DocumentKey(things, "id-400"), null);
        damage("nobody", new StoredDocument(things, "nobody", b.revision(), b.updatedAtMs(), b.body()));
        damage("tomorrow", new StoredDocument(things, "tomorrow", Long.MAX_VALUE / 2, b.updatedAtMs(), b.body()));
        follower.loseChange(change);
        follower.loseOutcome("once");
        return List.of(
                new StoreDifference("documents", "things", "id-100", a.revision(), List.of("body")),
                new StoreDifference("documents", "things", "id-200", b.revision(), List.of("revision")),
                new StoreDifference("documents", "things", "id-300", c.revision(), List.of("updatedAt")),
                new StoreDifference(
                        "documents",
                        "things",
                        "id-400",
                        other.store().find(things, "id-400").orElseThrow().revision(),
                        List.of("missing")),
                new StoreDifference("documents", "things", "nobody", b.revision(), List.of("extra")),
                new StoreDifference("documents", "things", "tomorrow", Long.MAX_VALUE / 2, List.of("extra")),
                new StoreDifference("changes", "things", "id-0", change, List.of("missing")),
                new StoreDifference("outcomes", outcomeIdentity(), "once", 0, List.of("missing")));
    }

    private String outcomeIdentity() {
        return other.store().scanOutcomes(Optional.empty(), 1).get(0).identity();
    }

    /** Creates, changes and deletes everywhere but in what is damaged, and one document again and again. */
    private void write(int writer, long seed) {
        Random random = new Random(seed + writer);
        writers.add(CompletableFuture.runAsync(() -> {
            while (writing.get()) {
                long n = writes.incrementAndGet();
                String id = random.nextInt(4) == 0 ? "hot" : "id-" + (1000 + random.nextInt(DOCUMENTS));
                Operation operation = random.nextInt(3) == 0
                        ? new Operation.Delete("things", id, Precondition.ANY)
                        : TestPlane.put("things", id, n(n), Precondition.ANY);
                get(node.admin
                        .documents()
                        .commit(new TransactionRequest(
                                List.of(operation),
                                random.nextBoolean() ? Optional.of("key-" + n) : Optional.empty())));
                // What they write is compared too: at full speed it would be more and more.
                LockSupport.parkNanos(500_000);
            }
        }));
    }

    private void startWriters() {
        long seed = Long.getLong("patchbay.seed", System.nanoTime());
        System.out.println("patchbay.seed=" + seed);
        for (int i = 0; i < 4; i++) {
            write(i, seed);
        }
    }

    @Test
    void storesThatAreAlikeAreSaidToBe() {
        StoreVerification found = verify();
        assertThat(found.listed()).isEmpty();
        assertThat(found.differences()).isZero();
        assertThat(found.serving()).isEqualTo("other");
        assertThat(found.other()).isEqualTo("memory");
        // Each document, its change, and an outcome for each of the transactions that had a key.
        assertThat(found.rows()).isGreaterThan(2 * DOCUMENTS);
    }

    @Test
    void exactlyTheDamagedRowsAreNamed() {
        level();
        List<StoreDifference> damaged = damageFollower();
        StoreVerification found = verify();
        assertThat(found.listed()).containsExactlyInAnyOrderElementsOf(damaged);
        assertThat(found.differences()).isEqualTo(damaged.size());
        assertThat(stores.findVerification("documents", 2, 3).orElseThrow().listed())
                .isEqualTo(found.listed().subList(2, 5));
    }

    @Test
    void writesInFlightAreNoDifferenceAndHideNone() {
        startWriters();
        for (int i = 0; i < 5; i++) {
            assertThat(verify().listed()).isEmpty();
        }
        level0();
        List<StoreDifference> damaged = damageFollower();
        for (int i = 0; i < 5; i++) {
            assertThat(verify().listed()).containsExactlyInAnyOrderElementsOf(damaged);
        }
    }

    /** The rows that are damaged next are nobody's to write; the follower must have had them. */
    private void level0() {
        long now = node.plane.feed().position().offset();
        Awaitility.await().until(() -> memory.store().state().lastOffset() >= now);
    }

    @Test
    void aStoreThatHangsBackEndsTheComparisonWithTheReason() {
        memory.store().brokenCommits.set(Integer.MAX_VALUE);
        node.put("things", "a", n(1));
        Job job = stores.verify("documents", Optional.empty());
        job.ended().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(job.state()).isEqualTo(Job.State.FAILED);
        memory.store().brokenCommits.set(0);
    }

    @Test
    void itIsCancelledAndTheFollowerFollowsOn() {
        memory.store().mayCommit.acquireUninterruptibly(Integer.MAX_VALUE / 2);
        node.put("things", "a", n(1));
        Job job = stores.verify("documents", Optional.empty());
        job.cancel();
        memory.store().mayCommit.release(Integer.MAX_VALUE / 2);
        job.ended().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(job.state()).isEqualTo(Job.State.CANCELLED);
        level();
        assertThat(verify().listed()).isEmpty();
    }

    @Test
    void whatCantBeComparedIsSaid() {
        assertThatThrownBy(() -> stores.verify("documents", Optional.of("sqlite")))
                .hasMessageContaining("memory, not in sqlite");
        stores.drop("documents");
        assertThatThrownBy(() -> stores.verify("documents", Optional.empty())).hasMessageContaining("No store follows");
        assertThatThrownBy(() -> stores.verify("tables", Optional.empty())).hasMessageContaining("no store 'tables'");
        assertThat(stores.findVerification("documents", 0, 10)).isEmpty();
    }
}
