package io.patchbay.engine.store;

import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.LoadBatch;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.Totals;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.Value;
import io.patchbay.engine.commit.CommitterPause;
import io.patchbay.engine.testing.MemoryStoreFactory;
import io.patchbay.engine.testing.PluggedProviders;
import io.patchbay.engine.testing.TestPlane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StoreSlotTest {
    private static final Value.Struct DATA = Value.struct("n", Value.of(1));

    @TempDir
    Path folder;

    @Test
    void opensAsSoonAsTheAdapterAppears() {
        PluggedProviders providers = new PluggedProviders();
        try (StoreSlot slot = new StoreSlot(providers, folder, "memory", StoreSealing.NONE)) {
            slot.start(() -> {});
            assertThatThrownBy(() -> slot.use(Duration.ofMillis(50)))
                    .isInstanceOfSatisfying(
                            PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
            assertThat(slot.state()).isEqualTo("unavailable");
            await().untilAsserted(() -> assertThat(slot.findFault())
                    .hasValueSatisfying(fault -> assertThat(fault).contains("'memory'")));
            providers.plug(DocumentStoreFactory.class, "memory", new MemoryStoreFactory());
            try (StoreUse use = slot.use()) {
                assertThat(use.store().state().epoch()).isNotEmpty();
            }
            assertThat(slot.state()).isEqualTo("serving");
        }
    }

    @Test
    void adapterIsToldOfCallsThatFailByItsFaultAndOfNoOthers() {
        MemoryStoreFactory memory = new MemoryStoreFactory();
        PluggedProviders providers = new PluggedProviders();
        providers.plug(DocumentStoreFactory.class, "memory", memory);
        try (StoreSlot slot = new StoreSlot(providers, folder, "memory", StoreSealing.NONE)) {
            slot.start(() -> {});
            try (StoreUse use = slot.use()) {
                CommitBatch nothing = new CommitBatch(List.of(), Totals.ZERO);
                memory.store().failingCommits.set(1);
                assertThatThrownBy(() -> use.store().commit(nothing)).isInstanceOf(PatchbayException.class);
                assertThat(providers.failures(DocumentStoreFactory.class, "memory"))
                        .isZero();
                memory.store().brokenCommits.set(1);
                assertThatThrownBy(() -> use.store().commit(nothing)).isInstanceOf(NoClassDefFoundError.class);
                assertThat(providers.failures(DocumentStoreFactory.class, "memory"))
                        .isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("whatAnAdapterMayThrow")
    void whateverOpeningThrowsItIsTriedAgainAndNoLeaseIsLeft(Throwable failure) {
        MemoryStoreFactory memory = new MemoryStoreFactory();
        memory.failOpening(failure);
        PluggedProviders providers = new PluggedProviders();
        providers.plug(DocumentStoreFactory.class, "memory", memory);
        try (StoreSlot slot = new StoreSlot(providers, folder, "memory", StoreSealing.NONE)) {
            slot.start(() -> {});
            await().untilAsserted(() -> assertThat(slot.findFault().orElse("")).contains("gone"));
            assertThat(providers.leases(DocumentStoreFactory.class, "memory")).isZero();

            memory.failOpening(null);
            await().until(() -> slot.findOpen().isPresent());
            assertThat(slot.findFault()).isEmpty();

            providers.unplug(DocumentStoreFactory.class, "memory");
            await().until(() -> slot.findOpen().isEmpty());
            assertThat(slot.findFault().orElseThrow())
                    .as("what was wrong before is not what is wrong now")
                    .doesNotContain("gone");
        }
    }

    static Stream<Throwable> whatAnAdapterMayThrow() {
        return Stream.of(
                new NoClassDefFoundError("gone"),
                new UnsatisfiedLinkError("gone"),
                new ServiceConfigurationError("gone"),
                new StackOverflowError("gone"),
                new IllegalStateException("gone"));
    }

    @Test
    void anErrorOfWhoeverIsToldOfTheOpeningDoesNotEndTheSlot() {
        MemoryStoreFactory memory = new MemoryStoreFactory();
        PluggedProviders providers = new PluggedProviders();
        providers.plug(DocumentStoreFactory.class, "memory", memory);
        AtomicInteger told = new AtomicInteger();
        try (StoreSlot slot = new StoreSlot(providers, folder, "memory", StoreSealing.NONE)) {
            slot.start(() -> {
                if (told.incrementAndGet() == 1) {
                    throw new AssertionError("whoever is told of the opening fails");
                }
            });
            await().until(() -> told.get() == 2);
            await().until(() ->
                    slot.state().equals("serving") && slot.findFault().isEmpty());
        }
    }

    @Test
    void neverTakesAnotherStoreInstead() {
        PluggedProviders providers = new PluggedProviders();
        new BindingsFile(folder)
                .write(new StoreBindings(new Binding("other", "documents-1-other", Map.of(), false), Optional.empty()));
        providers.plug(DocumentStoreFactory.class, "memory", new MemoryStoreFactory());
        try (StoreSlot slot = new StoreSlot(providers, folder, "memory", StoreSealing.NONE)) {
            slot.start(() -> {});
            await().untilAsserted(() -> assertThat(slot.findFault().orElse("")).contains("'other'"));
            assertThat(slot.findOpen()).isEmpty();
        }
    }

    @Test
    void anUpdateOfTheAdapterReopensTheStoreWhileWritersWait() {
        MemoryStoreFactory first = new MemoryStoreFactory();
        try (TestPlane plane = new TestPlane(folder, first, Clock.systemUTC())) {
            plane.collection("items");
            plane.put("items", "a", DATA);
            MemoryStoreFactory second = first.nextVersion();
            plane.providers.plug(DocumentStoreFactory.class, "memory", second);
            for (int i = 0; i < 100; i++) {
                plane.put("items", "b" + i, DATA);
            }
            await().untilAsserted(() -> assertThat(second.opened).hasValue(1));
            assertThat(get(plane.admin.documents().get("items", "a")).data()).isEqualTo(DATA);
            assertThat(plane.providers.leases(DocumentStoreFactory.class, "memory"))
                    .isEqualTo(1);
        }
    }

    @Test
    void writersWaitForAnAdapterThatIsGoneForAMoment() {
        MemoryStoreFactory first = new MemoryStoreFactory();
        try (TestPlane plane = new TestPlane(folder, first, Clock.systemUTC())) {
            plane.collection("items");
            plane.providers.unplug(DocumentStoreFactory.class, "memory");
            await().until(() -> plane.plane.slot().findOpen().isEmpty());
            CompletionStage<TransactionResult> waiting = plane.admin
                    .documents()
                    .commit(TransactionRequest.of(TestPlane.put("items", "a", DATA, Precondition.ANY)));
            plane.providers.plug(DocumentStoreFactory.class, "memory", first.nextVersion());
            assertThat(get(waiting).written()).hasSize(1);
        }
    }

    @Test
    void withoutAStoreCallersHearSoInTime() {
        MemoryStoreFactory first = new MemoryStoreFactory();
        try (TestPlane plane = new TestPlane(folder, first, Clock.systemUTC())) {
            plane.collection("items");
            plane.providers.unplug(DocumentStoreFactory.class, "memory");
            await().until(() -> plane.plane.slot().findOpen().isEmpty());
            assertThat(failure(plane.admin.documents().get("items", "a")).code())
                    .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
        }
    }

    @Test
    void theCommitterGoesOnInAnotherStoreAfterAPause() {
        MemoryStoreFactory memory = new MemoryStoreFactory();
        try (TestPlane plane = new TestPlane(folder, memory, Clock.systemUTC())) {
            plane.collection("items");
            TransactionResult before = plane.put("items", "a", DATA);
            StoreSlot slot = plane.plane.slot();
            Binding target = new Binding("memory", slot.newDirectory("memory"), Map.of(), false);
            OpenStore next = slot.openBeside(target);
            CompletionStage<TransactionResult> waiting;
            try (CommitterPause pause = plane.plane.committer().pause(Duration.ofSeconds(5))) {
                waiting = plane.admin
                        .documents()
                        .commit(TransactionRequest.of(TestPlane.put("items", "b", DATA, Precondition.ANY)));
                OpenStore old = slot.findOpen().orElseThrow();
                next.store()
                        .load(new LoadBatch(
                                old.store().scanDocuments(Optional.empty(), 1000),
                                old.store().readChanges(0, 1000),
                                List.of()));
                next.store().finishLoad(pause.state());
                StoreBindings bindings = new StoreBindings(target, Optional.of(old.binding()));
                assertThat(slot.switchTo(next, bindings)).contains(old);
            }
            assertThat(get(waiting).position().offset())
                    .isEqualTo(before.position().offset() + 1);
            assertThat(get(plane.admin.documents().get("items", "a")).data()).isEqualTo(DATA);
            assertThat(next.store().find(plane.plane.catalog().require("items").id(), "b"))
                    .isPresent();
            assertThat(new BindingsFile(folder.resolve("data"))
                            .read()
                            .orElseThrow()
                            .current())
                    .isEqualTo(target);
        }
    }

    @Test
    void theBindingsFileIsReadableAndKeepsEverything() throws IOException {
        BindingsFile file = new BindingsFile(folder);
        StoreBindings bindings = new StoreBindings(
                new Binding("h2", "documents-2-h2", Map.of("cache", "64 MB", "odd=key", " é\n#"), false),
                Optional.of(new Binding("sqlite", "documents-1-sqlite", Map.of(), true)));
        assertThat(file.read()).isEmpty();
        file.write(bindings);
        assertThat(file.read()).contains(bindings);
        assertThat(Files.readString(folder.resolve("bindings")))
                .contains("documents.adapter=h2\n")
                .doesNotContain("202");
    }

    @Test
    void theBindingsOfOneStoreAreWrittenBesideThoseOfOthers() {
        StoreBindings documents = new StoreBindings(
                new Binding("h2", "documents-2-h2", Map.of("cache", "64 MB"), false), Optional.empty());
        StoreBindings keys =
                new StoreBindings(new Binding("rocksdb", "kv-1-rocksdb", Map.of(), false), Optional.empty());
        new BindingsFile(folder).write(documents);
        assertThat(new BindingsFile(folder, "kv").read()).isEmpty();
        new BindingsFile(folder, "kv").write(keys);
        assertThat(new BindingsFile(folder).read()).contains(documents);
        StoreBindings swapped =
                new StoreBindings(new Binding("sqlite", "documents-3-sqlite", Map.of(), false), Optional.empty());
        new BindingsFile(folder).write(swapped);
        assertThat(new BindingsFile(folder).read()).contains(swapped);
        assertThat(new BindingsFile(folder, "kv").read()).contains(keys);
    }

    @Test
    void aBrokenBindingsFileIsSaidNotReplaced() throws IOException {
        Files.writeString(folder.resolve("bindings"), "documents.directory = x\n");
        PluggedProviders providers = new PluggedProviders();
        providers.plug(DocumentStoreFactory.class, "memory", new MemoryStoreFactory());
        try (StoreSlot slot = new StoreSlot(providers, folder, "memory", StoreSealing.NONE)) {
            slot.start(() -> {});
            await().untilAsserted(() -> assertThat(slot.findFault().orElse("")).contains("bindings"));
            assertThat(slot.findOpen()).isEmpty();
        }
        assertThat(Files.readString(folder.resolve("bindings"))).isEqualTo("documents.directory = x\n");
    }
}
