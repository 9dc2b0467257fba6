package io.patchbay.engine.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Value;
import io.patchbay.api.hook.Hook;
import io.patchbay.api.hook.HookAnswer;
import io.patchbay.api.hook.HookTerms;
import io.patchbay.api.hook.PendingChange;
import io.patchbay.api.transfer.Export;
import io.patchbay.api.transfer.ImportChunk;
import io.patchbay.api.transfer.ImportOutcome;
import io.patchbay.api.transfer.ImportRow;
import io.patchbay.api.transfer.ImportState;
import io.patchbay.engine.testing.TestClock;
import io.patchbay.engine.testing.TestPlane;
import io.patchbay.testkit.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports and exports on a store. */
abstract class TransfersContract {
    private static final String NAME = "cities.csv";

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private TestPlane plane;
    private NodeTransfers transfers;

    abstract DocumentStoreFactory factory();

    @BeforeEach
    void open() {
        plane = new TestPlane(folder, factory(), clock);
        transfers = new NodeTransfers(plane.plane);
        plane.collection("cities");
    }

    @AfterEach
    void close() {
        plane.close();
    }

    @Test
    void aChunkIsWrittenOnceHoweverOftenItIsSent() {
        assertThat(transfers.findImport("cities", NAME)).isEmpty();
        transfers.beginImport("cities", NAME, "csv");
        ImportChunk chunk = chunk(0, 2, false, row("a", 1), new ImportRow(Optional.empty(), data(2)));
        ImportOutcome.Written written = (ImportOutcome.Written) transfers.write(chunk);
        assertThat(written.state().rows()).isEqualTo(2);
        assertThat(written.state().written()).isEqualTo(2);
        assertRefused(() -> transfers.write(chunk), ErrorCode.CONFLICT);
        assertThat(all()).hasSize(2);
        assertThat(transfers.findImport("cities", NAME)).contains(written.state());
        ImportChunk last = new ImportChunk("cities", NAME, 2, 4, "d", List.of(row("b", 3)), false, 1, true);
        ImportState end = ((ImportOutcome.Written) transfers.write(last)).state();
        assertThat(end.skipped()).isEqualTo(1);
        assertThat(end.written()).isEqualTo(3);
        assertThat(end.endedAt()).isPresent();
        assertRefused(() -> transfers.write(chunk(4, 5, false, row("c", 1))), ErrorCode.CONFLICT);
    }

    @Test
    void documentsThatAreThereAreNamedAndNothingIsWritten() {
        plane.put("cities", "b", data(7));
        transfers.beginImport("cities", NAME, "csv");
        ImportChunk chunk = chunk(0, 3, false, row("a", 1), row("b", 2), row("c", 3));
        assertThat(transfers.write(chunk)).isEqualTo(new ImportOutcome.Present(List.of(1)));
        assertThat(all()).containsOnlyKeys("b");
        assertThat(transfers.findPresent("cities", List.of("a", "b"))).containsExactly(1);
        ImportChunk replacing = chunk(0, 3, true, row("a", 1), row("b", 2), row("c", 3));
        assertThat(transfers.write(replacing)).isInstanceOf(ImportOutcome.Written.class);
        assertThat(all()).isEqualTo(Map.of("a", data(1), "b", data(2), "c", data(3)));
    }

    @Test
    void rowsThatAHookRefusesAreNamedAllAtOnceAndTheOthersGoIn() {
        plane.providers.plug(Hook.class, "small", new Hook() {
            @Override
            public HookTerms terms() {
                return HookTerms.onEvery().within(Limits.HOOK_CALL_MAX);
            }

            @Override
            public HookAnswer before(PendingChange change) {
                Value.Struct data = change.data().orElseThrow();
                return data.findInt("n").orElse(0L) > 2
                        ? HookAnswer.refuse(change.id() + " is too large.")
                        : HookAnswer.enrich(data.with("seen", Value.TRUE));
            }
        });
        transfers.beginImport("cities", NAME, "csv");
        ImportChunk chunk = chunk(0, 4, false, row("a", 1), row("b", 3), row("c", 2), row("d", 4));
        assertThat(transfers.write(chunk))
                .isEqualTo(new ImportOutcome.Refused(Map.of(1, "b is too large.", 3, "d is too large.")));
        assertThat(all()).isEmpty();
        ImportChunk without =
                new ImportChunk("cities", NAME, 0, 4, "d", List.of(row("a", 1), row("c", 2)), false, 2, true);
        assertThat(transfers.write(without)).isInstanceOf(ImportOutcome.Written.class);
        assertThat(all())
                .isEqualTo(Map.of("a", data(1).with("seen", Value.TRUE), "c", data(2).with("seen", Value.TRUE)));
    }

    @Test
    void whatNoImportCanBeIsRefused() {
        assertRefused(() -> transfers.beginImport("nowhere", NAME, ""), ErrorCode.COLLECTION_NOT_FOUND);
        assertRefused(() -> transfers.beginImport("_users", NAME, ""), ErrorCode.COLLECTION_NOT_FOUND);
        assertRefused(() -> transfers.beginImport("cities", "", ""), ErrorCode.NAME_INVALID);
        assertRefused(() -> transfers.write(chunk(0, 1, false, row("a", 1))), ErrorCode.NOT_FOUND);
        transfers.beginImport("cities", NAME, "");
        assertRefused(() -> transfers.write(chunk(1, 2, false, row("a", 1))), ErrorCode.CONFLICT);
        ImportRow[] tooMany = IntStream.rangeClosed(0, ImportChunk.ROWS)
                .mapToObj(i -> row("d" + i, i))
                .toArray(ImportRow[]::new);
        assertRefused(() -> transfers.write(chunk(0, 1000, false, tooMany)), ErrorCode.LIMIT_EXCEEDED);
        assertThat(all()).isEmpty();
    }

    @Test
    void anImportIsForgottenWithItsCollectionAndInTime() {
        transfers.beginImport("cities", NAME, "");
        transfers.write(new ImportChunk("cities", NAME, 0, 1, "d", List.of(row("a", 1)), false, 0, true));
        assertThat(transfers.findImport("cities", NAME)).isPresent();
        clock.moveMs(ImportState.KEPT_AFTER_END.toMillis() + 1);
        assertThat(transfers.findImport("cities", NAME)).isEmpty();
        transfers.beginImport("cities", NAME, "");
        TestPlane.get(plane.admin.collections().delete("cities"));
        plane.collection("cities");
        assertThat(transfers.findImport("cities", NAME)).isEmpty();
    }

    @Test
    void anExportIsOfItsPositionWhateverIsWrittenMeanwhile() {
        Random random = Seeds.random("anExportIsOfItsPositionWhateverIsWrittenMeanwhile");
        Map<String, Value.Struct> model = new TreeMap<>();
        for (int i = 0; i < 5 * Limits.LIST_MAX / 2; i++) {
            write(model, random);
        }
        Map<String, Value.Struct> expected = new TreeMap<>(model);
        try (Export export = transfers.openExport("cities", Optional.empty())) {
            assertThat(export.position()).isEqualTo(plane.plane.feed().position());
            Map<String, Value.Struct> exported = new TreeMap<>();
            for (List<Document> page = export.next(); !page.isEmpty(); page = export.next()) {
                page.forEach(document ->
                        assertThat(exported.put(document.id(), document.data())).isNull());
                for (int i = 0; i < 300; i++) {
                    write(model, random);
                }
            }
            assertThat(exported).isEqualTo(expected);
            assertThat(export.next()).isEmpty();
        }
        assertThat(all()).isEqualTo(model);
    }

    @Test
    void anExportBesideRacingWritersIsTheFeedUpToItsPosition() {
        Random random = Seeds.random("anExportBesideRacingWritersIsTheFeedUpToItsPosition");
        Map<String, Value.Struct> model = new TreeMap<>();
        for (int i = 0; i < 1500; i++) {
            write(model, random);
        }
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            while (!done.get()) {
                write(model, random);
            }
        });
        try {
            for (int round = 0; round < 5; round++) {
                Map<String, Value.Struct> exported = new TreeMap<>();
                long position;
                try (Export export = transfers.openExport("cities", Optional.empty())) {
                    position = export.position().offset();
                    for (List<Document> page = export.next(); !page.isEmpty(); page = export.next()) {
                        page.forEach(document -> exported.put(document.id(), document.data()));
                    }
                }
                assertThat(exported).isEqualTo(asOf(position));
            }
        } finally {
            done.set(true);
            writer.join();
        }
    }

    /** By the feed, which keeps all of it. */
    private Map<String, Value.Struct> asOf(long position) {
        Map<String, Value.Struct> documents = new TreeMap<>();
        long collection = plane.plane.catalog().require("cities").id();
        plane.plane.feed().read(0, 1_000_000).stream()
                .filter(transaction -> transaction.offset() <= position)
                .flatMap(transaction -> transaction.changes().stream())
                .filter(change -> change.collection() == collection)
                .forEach(change -> change.after()
                        .ifPresentOrElse(
                                after -> documents.put(change.id(), after.data()),
                                () -> documents.remove(change.id())));
        return documents;
    }

    @Test
    void anExportIsFilteredAsTheDocumentsWere() {
        plane.put("cities", "a", data(1));
        plane.put("cities", "b", data(2));
        try (Export export = transfers.openExport("cities", Optional.of("n == 2"))) {
            plane.put("cities", "a", data(2));
            plane.put("cities", "b", data(1));
            assertThat(export.next()).extracting(Document::id).containsExactly("b");
            assertThat(export.next()).isEmpty();
        }
        assertRefused(() -> transfers.openExport("cities", Optional.of("n ==")), ErrorCode.FILTER_INVALID);
        assertRefused(() -> transfers.openExport("nowhere", Optional.empty()), ErrorCode.COLLECTION_NOT_FOUND);
    }

    @Test
    void anExportFailsRatherThanLackADocumentThatItsFilterIsTooCostlyFor() {
        Value[] numbers = IntStream.range(0, 1_500).mapToObj(Value::of).toArray(Value[]::new);
        plane.put("cities", "a", Value.struct("l", Value.array(numbers)));
        try (Export export = transfers.openExport("cities", Optional.of("l.all(a, l.all(b, a != b + 10000))"))) {
            assertRefused(export::next, ErrorCode.LIMIT_EXCEEDED);
        }
    }

    /** Whoever has looked into a body left its values beside it: by the body's bytes alone the limit would be a fraction of what is held. */
    @Test
    void whatAnExportKeepsIsCountedWithItsDecodedValues() {
        plane.put("cities", "a", Value.struct("text", Value.of("x".repeat(1000))));
        try (Export export = transfers.openExport("cities", Optional.empty())) {
            assertThat(transfers.mostKeptBytes()).isZero();
            plane.put("cities", "a", data(1));
            assertThat(transfers.mostKeptBytes()).isGreaterThan(8_000);
            export.next();
            assertThat(transfers.mostKeptBytes()).isZero();
        }
    }

    @Test
    void anExportTellsThatItLooksWhileNothingIsWanted() {
        for (int i = 0; i < Limits.LIST_MAX + 1; i++) {
            plane.put("cities", String.format("c%05d", i), data(i));
        }
        try (Export export = transfers.openExport("cities", Optional.of("n < 0"))) {
            List<String> told = new ArrayList<>();
            assertThat(export.next(() -> told.add("nothing yet"))).isEmpty();
            assertThat(told).isNotEmpty();
        }
    }

    @Test
    void anExportIsWholeThoughItsCollectionIsDeletedMeanwhile() {
        for (int i = 0; i < Limits.LIST_MAX + 500; i++) {
            plane.put("cities", "c" + i, data(i));
        }
        try (Export export = transfers.openExport("cities", Optional.empty())) {
            int count = export.next().size();
            TestPlane.get(plane.admin.collections().delete("cities"));
            for (List<Document> page = export.next(); !page.isEmpty(); page = export.next()) {
                count += page.size();
            }
            assertThat(count).isEqualTo(Limits.LIST_MAX + 500);
        }
    }

    private void write(Map<String, Value.Struct> model, Random random) {
        String id = "id" + random.nextInt(4000);
        if (random.nextInt(4) == 0) {
            plane.delete("cities", id);
            model.remove(id);
        } else {
            Value.Struct data = data(random.nextInt());
            plane.put("cities", id, data);
            model.put(id, data);
        }
    }

    private Map<String, Value.Struct> all() {
        Map<String, Value.Struct> documents = new TreeMap<>();
        Optional<String> cursor = Optional.empty();
        do {
            var page = TestPlane.get(plane.admin
                    .documents()
                    .list(new ListRequest("cities", Optional.empty(), List.of(), Limits.LIST_MAX, cursor)));
            page.items().forEach(document -> documents.put(document.id(), document.data()));
            cursor = page.next();
        } while (cursor.isPresent());
        return documents;
    }

    private static ImportChunk chunk(long after, long through, boolean replace, ImportRow... rows) {
        return new ImportChunk("cities", NAME, after, through, "digest", List.of(rows), replace, 0, false);
    }

    private static ImportRow row(String id, int number) {
        return new ImportRow(Optional.of(id), data(number));
    }

    private static Value.Struct data(int number) {
        return Value.struct("n", Value.of(number));
    }

    private static void assertRefused(Runnable call, ErrorCode code) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
