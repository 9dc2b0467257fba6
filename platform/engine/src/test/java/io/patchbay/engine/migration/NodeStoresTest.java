package io.patchbay.engine.migration;

import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.ChangePage;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.plugin.Job;
import io.patchbay.engine.jobs.ThreadedJobs;
import io.patchbay.engine.keys.TestKeyring;
import io.patchbay.engine.metrics.MeterRegistry;
import io.patchbay.engine.metrics.NodeMetrics;
import io.patchbay.engine.migration.documents.DocumentSwaps;
import io.patchbay.engine.testing.MemoryStore;
import io.patchbay.engine.testing.MemoryStoreFactory;
import io.patchbay.engine.testing.TestPlane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeStoresTest {
    @TempDir
    Path home;

    private final MemoryStoreFactory memory = new MemoryStoreFactory();
    private final MemoryStoreFactory other = new MemoryStoreFactory("other");
    private TestPlane node;
    private NodeStores stores;

    @BeforeEach
    void start() {
        node = new TestPlane(home, memory, Clock.systemUTC());
        node.providers.plug(DocumentStoreFactory.class, "other", other);
        stores = open(node);
        node.collection("things");
    }

    private NodeStores open(TestPlane plane) {
        NodeStores opened = new NodeStores(
                new ThreadedJobs(new NodeMetrics(new MeterRegistry())),
                new NodeMetrics(new MeterRegistry()),
                TestKeyring.in(home.resolve("keys")),
                home.resolve("data"));
        opened.add(new DocumentSwaps(plane.plane, plane.providers));
        return opened;
    }

    @AfterEach
    void stop() {
        stores.stop();
        node.close();
    }

    private StoreInfo info() {
        return stores.list().get(0);
    }

    private static Value.Struct n(long n) {
        return Value.struct("n", Value.of(n));
    }

    private static Job end(Job job) {
        job.ended().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
        return job;
    }

    private static void succeed(Job job) {
        assertThat(end(job).state()).as("%s", job.failure()).isEqualTo(Job.State.SUCCEEDED);
    }

    private List<String> documentFolders() throws IOException {
        try (Stream<Path> folders = Files.list(home.resolve("data"))) {
            return folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> name.startsWith("documents-"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void documentsRevisionsHistoryAndOutcomesMoveAndTheOldStoreFollows() {
        TransactionResult first = node.put("things", "a", n(1));
        node.put("things", "b", n(2));
        node.delete("things", "b");
        TransactionRequest keyed = new TransactionRequest(
                List.of(TestPlane.put("things", "c", n(3), Precondition.ANY)), Optional.of("key-1"));
        TransactionResult before = get(node.admin.documents().commit(keyed));
        ChangePage history = get(node.admin.documents().changes(Optional.empty(), 1000));

        succeed(stores.swap("documents", "other", Map.of(), false));

        assertThat(info().adapter()).isEqualTo("other");
        assertThat(info().follower()).contains("memory");
        assertThat(get(node.admin.documents().get("things", "a")).revision())
                .isEqualTo(first.written().get(0).revision());
        assertThat(failure(node.admin.documents().get("things", "b")).code()).isEqualTo(ErrorCode.DOCUMENT_NOT_FOUND);
        ChangePage after = get(node.admin.documents().changes(Optional.empty(), 1000));
        assertThat(after.next()).isEqualTo(history.next());
        assertThat(after.items()).hasSameSizeAs(history.items());
        TransactionResult retried = get(node.admin.documents().commit(keyed));
        assertThat(retried.replayed()).isTrue();
        assertThat(retried.written().get(0).revision())
                .isEqualTo(before.written().get(0).revision());

        node.put("things", "d", n(4));
        Awaitility.await().until(() -> info().followerLag() == 0);
        assertThat(memory.store().state()).isEqualTo(other.store().state());
    }

    @Test
    void writersThatGoOnMeanwhileLoseNothingOnTheWayThereAndBack() {
        long seed = Long.getLong("patchbay.seed", System.nanoTime());
        System.out.println("patchbay.seed=" + seed);
        Map<String, Long> acknowledged = new ConcurrentHashMap<>();
        AtomicBoolean writing = new AtomicBoolean(true);
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int w = 0; w < 4; w++) {
            int writer = w;
            Random random = new Random(seed + w);
            writers.add(CompletableFuture.runAsync(() -> {
                for (long i = 0; writing.get(); i++) {
                    String id = writer + "-" + random.nextInt(50);
                    boolean delete = random.nextInt(4) == 0;
                    Operation operation = delete
                            ? new Operation.Delete("things", id, Precondition.ANY)
                            : TestPlane.put("things", id, n(i), Precondition.ANY);
                    get(node.admin
                            .documents()
                            .commit(new TransactionRequest(
                                    List.of(operation),
                                    random.nextBoolean() ? Optional.of(writer + "-key-" + i) : Optional.empty())));
                    if (delete) {
                        acknowledged.remove(id);
                    } else {
                        acknowledged.put(id, i);
                    }
                }
            }));
        }
        for (int round = 0; round < 5; round++) {
            succeed(stores.swap("documents", "other", Map.of(), false));
            succeed(stores.rollBack("documents"));
            stores.drop("documents");
        }
        succeed(stores.swap("documents", "other", Map.of(), false));
        succeed(stores.swap("documents", "memory", Map.of(), false));
        writing.set(false);
        writers.forEach(CompletableFuture::join);

        Awaitility.await().until(() -> info().followerLag() == 0);
        assertThat(info().adapter()).isEqualTo("memory");
        acknowledged.forEach((id, value) ->
                assertThat(get(node.admin.documents().get("things", id)).data()).isEqualTo(n(value)));
        assertThat(get(node.admin
                                .documents()
                                .list(new ListRequest("things", Optional.empty(), List.of(), 1000, Optional.empty())))
                        .items())
                .hasSize(acknowledged.size());
        assertThat(memory.store().state()).isEqualTo(other.store().state());
    }

    @Test
    void aStoreThatLosesADocumentIsNotSwitchedTo() throws IOException {
        for (int i = 0; i < 100; i++) {
            node.put("things", "id-" + i, n(i));
        }
        other.becomeForgetful();

        Job job = end(stores.swap("documents", "other", Map.of(), false));

        assertThat(job.state()).isEqualTo(Job.State.FAILED);
        assertThat(job.failure().orElseThrow())
                .hasMessageContaining("do not hold the same")
                .hasMessageContaining("nothing was switched");
        assertThat(info().adapter()).isEqualTo("memory");
        assertThat(info().follower()).isEmpty();
        assertThat(documentFolders()).containsExactly("documents-1-memory");
        node.put("things", "after", n(1));
    }

    @Test
    void anAdapterThatLacksAClassLeavesNothingBehind() throws IOException {
        node.put("things", "a", n(1));
        other.breakLoads(true);
        assertThat(end(stores.swap("documents", "other", Map.of(), false)).state())
                .isEqualTo(Job.State.FAILED);
        assertThat(documentFolders()).containsExactly("documents-1-memory");
        other.breakLoads(false);
        succeed(stores.swap("documents", "other", Map.of(), false));
    }

    @Test
    void aFollowerOutlivesAnErrorOfItsAdapter() {
        succeed(stores.swap("documents", "other", Map.of(), false));
        memory.store().brokenCommits.set(1);
        node.put("things", "a", n(1));
        Awaitility.await()
                .until(() -> info().followerLag() == 0 && info().fault().isEmpty());
        succeed(stores.rollBack("documents"));
        assertThat(get(node.admin.documents().get("things", "a")).data()).isEqualTo(n(1));
    }

    @Test
    void aRestartGoesOnFollowingAndBringsTheOldStoreLevel() {
        node.put("things", "a", n(1));
        succeed(stores.swap("documents", "other", Map.of(), false));
        stores.stop();
        node.put("things", "b", n(2));
        node.close();

        node = new TestPlane(home, memory, Clock.systemUTC());
        node.providers.plug(DocumentStoreFactory.class, "other", other);
        stores = open(node);
        node.put("things", "c", n(3));

        Awaitility.await().until(() -> info().follower().isPresent() && info().followerLag() == 0);
        succeed(stores.rollBack("documents"));
        assertThat(info().adapter()).isEqualTo("memory");
        assertThat(get(node.admin.documents().get("things", "b")).data()).isEqualTo(n(2));
        assertThat(get(node.admin.documents().get("things", "c")).data()).isEqualTo(n(3));
    }

    @Test
    void whatAnInterruptedSwapLeftIsDeletedAtTheNextStart() throws IOException {
        stores.stop();
        Path left = Files.createDirectories(home.resolve("data/documents-7-other"));
        Files.writeString(left.resolve(StoreFolders.MARK), "");
        Files.writeString(left.resolve("half"), "");
        Path unknown = Files.createDirectories(home.resolve("data/documents-8-other"));

        stores = open(node);

        Awaitility.await().until(() -> !Files.exists(left));
        assertThat(unknown)
                .as("a folder without the mark is nobody's to delete")
                .exists();
    }

    @Test
    void aStoreThatFollowsIsDroppedWithItsFiles() throws IOException {
        succeed(stores.swap("documents", "other", Map.of(), false));
        stores.drop("documents");

        assertThat(info().follower()).isEmpty();
        assertThat(documentFolders()).containsExactly("documents-1-other");
        assertThatThrownBy(() -> stores.rollBack("documents"))
                .isInstanceOf(PatchbayException.class)
                .hasMessageContaining("No store follows");
    }

    @Test
    void anUpdateOfTheFollowersAdapterIsFollowedThrough() {
        succeed(stores.swap("documents", "other", Map.of(), false));
        MemoryStoreFactory next = memory.nextVersion();
        node.providers.plug(DocumentStoreFactory.class, "memory", next);
        node.put("things", "a", n(1));

        Awaitility.await().until(() -> next.opened.get() == 1 && info().followerLag() == 0);
        succeed(stores.rollBack("documents"));
        assertThat(get(node.admin.documents().get("things", "a")).data()).isEqualTo(n(1));
    }

    @Test
    void aFollowerWhoseAdapterWentEndsWithTheNodeAtOnce() {
        node.providers.waitForMissing();
        succeed(stores.swap("documents", "other", Map.of(), false));
        MemoryStore following = memory.store();
        node.providers.unplug(DocumentStoreFactory.class, "memory");
        Awaitility.await().until(() -> following.findFault().isPresent());

        long began = System.nanoTime();
        stores.stop();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void aFollowerGoesOnWhenItsAdapterIsBack() {
        succeed(stores.swap("documents", "other", Map.of(), false));
        node.providers.unplug(DocumentStoreFactory.class, "memory");
        Awaitility.await().until(() -> info().fault().isPresent());
        node.put("things", "a", n(1));
        node.providers.plug(DocumentStoreFactory.class, "memory", memory.nextVersion());

        Awaitility.await()
                .until(() -> info().followerLag() == 0 && info().fault().isEmpty());
        succeed(stores.rollBack("documents"));
        assertThat(get(node.admin.documents().get("things", "a")).data()).isEqualTo(n(1));
    }

    @Test
    void theFollowerIsKeptAsLongAsTheStoreThatServesIsAway() {
        succeed(stores.swap("documents", "other", Map.of(), false));
        node.providers.unplug(DocumentStoreFactory.class, "other");
        Awaitility.await().until(() -> node.plane.slot().findOpen().isEmpty());

        assertThatThrownBy(() -> stores.drop("documents")).hasMessageContaining("the one that follows is kept");
        assertThat(memory.store().findFault()).isEmpty();
    }

    @Test
    void whatCantBeDoneIsSaid() {
        assertThatThrownBy(() -> stores.swap("documents", "othre", Map.of(), false))
                .isInstanceOf(PatchbayException.class)
                .hasMessageContaining("othre")
                .hasMessageContaining("memory, other");
        assertThatThrownBy(() -> stores.swap("tables", "other", Map.of(), false))
                .hasMessageContaining("no store 'tables'");
        assertThatThrownBy(() -> stores.swap("documents", "memory", Map.of(), false))
                .hasMessageContaining("served by memory already");
        assertThatThrownBy(() -> stores.drop("documents")).hasMessageContaining("No store follows");
    }
}
