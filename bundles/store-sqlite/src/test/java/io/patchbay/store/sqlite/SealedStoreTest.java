package io.patchbay.store.sqlite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.SortField;
import io.patchbay.testkit.Seeds;
import io.patchbay.testkit.StoreModel;
import io.patchbay.testkit.TestSealer;
import io.patchbay.testkit.session.MemoryMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/** What a sealed store does beside what every store does. */
class SealedStoreTest {
    private static final long CITIES = 1;
    private static final IndexDefinition BY_NAME = new IndexDefinition(List.of(SortField.parse("xqzFieldName")));

    @TempDir
    Path directory;

    private DocumentStore store;
    private final StoreModel model = new StoreModel("epoch-1", 0);

    @BeforeEach
    void open() {
        store = new SealedFactory().open(directory, Map.of());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void begin() {
        store.begin("epoch-1", 0);
        store.defineIndexes(CITIES, List.of(BY_NAME));
    }

    private void put(String id, String name) {
        commit(model.put(CITIES, id, Value.struct("xqzFieldName", Value.of(name)), 0));
    }

    private void commit(Mutation mutation) {
        store.commit(model.commit(mutation));
    }

    private void reopen() {
        store.close();
        open();
    }

    private List<String> listByName() {
        // Which waits for the entries.
        store.scanDocuments(Optional.empty(), 1);
        StoreQuery query = new StoreQuery(
                CITIES, Optional.empty(), List.of(SortField.parse("xqzFieldName")), Optional.empty(), 1000);
        List<String> ids = new ArrayList<>();
        try (DocumentScan scan = store.query(query)) {
            assertThat(scan.ordered()).isTrue();
            for (StoredDocument document = scan.next(); document != null; document = scan.next()) {
                ids.add(document.id());
            }
        }
        return ids;
    }

    @Test
    void nothingThatAUserWroteStandsInAnyFile() throws IOException {
        begin();
        for (int i = 0; i < 50; i++) {
            put("xqzId-" + i, "xqzValue-" + i);
        }
        commit(model.delete(CITIES, "xqzId-7"));
        Outcome outcome = new Outcome(
                "xqzIdentity",
                "xqzIdempotencyKey",
                "xqzHash".getBytes(ISO_8859_1),
                "xqzResult".getBytes(ISO_8859_1),
                9);
        Mutation last = model.put(CITIES, "xqzId-8", Value.struct("xqzFieldName", Value.of("xqzLater")), 0);
        store.commit(model.commit(List.of(last), Optional.of(outcome)));
        assertThat(store.findOutcome("xqzIdentity", "xqzIdempotencyKey")).isPresent();
        assertNoMarker();
        store.close();
        assertNoMarker();
        open();
        assertThat(store.findOutcome("xqzIdentity", "xqzIdempotencyKey")
                        .orElseThrow()
                        .result())
                .isEqualTo("xqzResult".getBytes(ISO_8859_1));
    }

    private void assertNoMarker() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> all = files.filter(Files::isRegularFile).toList();
            assertThat(all).hasSizeGreaterThanOrEqualTo(2);
            for (Path file : all) {
                assertThat(new String(Files.readAllBytes(file), ISO_8859_1))
                        .as(file.toString())
                        .doesNotContainIgnoringCase("xqz");
            }
        }
    }

    @Test
    void aChangedMovedOrSetBackRecordIsFoundOut() throws SQLException {
        begin();
        put("oslo", "Oslo");
        put("rome", "Rome");
        put("oslo", "Oslo again");
        store.close();
        String ofOslo = " WHERE id = (SELECT id FROM change ORDER BY place LIMIT 1)";
        for (String tampering : List.of(
                "UPDATE document SET body = (SELECT body FROM change ORDER BY place LIMIT 1)" + ofOslo,
                "UPDATE document SET revision = 1" + ofOslo,
                "UPDATE document SET updated_at = updated_at + 1" + ofOslo,
                "UPDATE document SET collection = 2" + ofOslo,
                "UPDATE document SET body = (SELECT o.body FROM document o WHERE o.id <> document.id)" + ofOslo,
                "UPDATE document SET body = substr(body, 1, length(body) - 1)" + ofOslo,
                "UPDATE document SET body = CAST(substr(body, 1, 20) || x'00' || substr(body, 22) AS BLOB)" + ofOslo)) {
            execute("SAVE");
            execute(tampering);
            open();
            if (tampering.contains("collection = 2")) {
                assertThat(store.find(CITIES, "oslo")).isEmpty();
            } else {
                assertDamaged(() -> store.find(CITIES, "oslo"));
            }
            assertThat(store.find(CITIES, "rome")).isPresent();
            assertThat(listByName()).containsExactly("rome");
            assertThat(store.findFault())
                    .hasValueSatisfying(text -> assertThat(text).contains("1 documents are damaged"));
            store.close();
            execute("RESTORE");
        }
        open();
        assertThat(listByName()).containsExactly("oslo", "rome");
        assertThat(store.findFault()).isEmpty();
        store.close();
        execute("UPDATE change SET place = place + 1024 WHERE place > 3000");
        open();
        assertDamaged(() -> store.readChanges(0, 100));
    }

    private static void assertDamaged(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_DAMAGED))
                .hasMessageContaining("does not open");
    }

    /** SAVE and RESTORE keep and bring back the documents. */
    private void execute(String sql) throws SQLException {
        String url = "jdbc:sqlite:" + directory.resolve("documents.sqlite");
        try (Connection connection = new JDBC().connect(url, new Properties());
                Statement statement = connection.createStatement()) {
            switch (sql) {
                case "SAVE" -> statement.execute("CREATE TABLE saved AS SELECT * FROM document");
                case "RESTORE" -> {
                    statement.execute("DELETE FROM document");
                    statement.execute("INSERT INTO document SELECT * FROM saved");
                    statement.execute("DROP TABLE saved");
                }
                default -> statement.execute(sql);
            }
        }
    }

    @Test
    void aStoreIsSealedFromItsBeginningOrNever() throws IOException {
        begin();
        store.close();
        assertThatThrownBy(() -> new SqliteDocumentStoreFactory(new MemoryMetrics()).open(directory, Map.of()))
                .isInstanceOf(PatchbayException.class)
                .hasMessageContaining("is sealed");
        Path plain = Files.createDirectory(directory.resolve("plain"));
        new SqliteDocumentStoreFactory(new MemoryMetrics())
                .open(plain, Map.of())
                .close();
        assertThatThrownBy(() -> new SealedFactory().open(plain, Map.of()))
                .isInstanceOf(PatchbayException.class)
                .hasMessageContaining("is kept in clear");
        open();
    }

    /** A scan sees the moment of its beginning, however many writes pass before it ends. */
    @Test
    void aScanSeesOneMoment() {
        begin();
        for (int i = 0; i < 3000; i++) {
            put(String.format("id-%05d", i), String.format("name-%05d", i));
        }
        StoreQuery byName = new StoreQuery(
                CITIES, Optional.empty(), List.of(SortField.parse("xqzFieldName")), Optional.empty(), 5000);
        List<String> seen = new ArrayList<>();
        try (DocumentScan scan = store.query(byName)) {
            seen.add(scan.next().id());
            for (int i = 0; i < 3000; i += 3) {
                put(String.format("id-%05d", i), "a-moved");
                commit(model.delete(CITIES, String.format("id-%05d", i + 1)));
                put("new-" + i, String.format("name-%05d-new", i));
            }
            for (StoredDocument document = scan.next(); document != null; document = scan.next()) {
                seen.add(document.id());
            }
        }
        assertThat(seen).hasSize(3000).isSorted().doesNotHaveDuplicates();
        assertThat(seen).allMatch(id -> id.startsWith("id-"));
        assertThat(listByName().subList(0, 1000)).allMatch(id -> id.startsWith("id-"));
        assertThat(listByName().get(0)).isEqualTo("id-00000");
    }

    @Test
    void anIndexThatIsDroppedWhileAReaderHoldsItsDeadEntriesHoldsUpNoWrite() {
        begin();
        put("oslo", "Oslo");
        put("rome", "Rome");
        StoreQuery byName = new StoreQuery(
                CITIES, Optional.empty(), List.of(SortField.parse("xqzFieldName")), Optional.empty(), 10);
        try (DocumentScan scan = store.query(byName)) {
            put("oslo", "Oslo again");
            store.defineIndexes(CITIES, List.of());
            put("rome", "Rome again");
        }
        put("bern", "Bern");
        commit(model.delete(CITIES, "oslo"));
        assertThat(store.state()).isEqualTo(model.state());
        assertThat(store.scanDocuments(Optional.empty(), 10))
                .extracting(StoredDocument::id)
                .containsExactly("bern", "rome");
    }

    /** Writes that meet the filling of the entries after the start, at whatever moment, leave them right. */
    @Test
    void entriesAreRightThoughWritesMeetTheirFilling() {
        begin();
        Random random = Seeds.random("entriesAreRightThoughWritesMeetTheirFilling");
        for (int i = 0; i < 4000; i++) {
            put("id-" + i, "name-" + random.nextInt(500));
        }
        for (int round = 0; round < 5; round++) {
            reopen();
            for (int i = 0; i < 400; i++) {
                String id = "id-" + random.nextInt(4200);
                switch (random.nextInt(3)) {
                    case 0 -> {
                        if (model.find(CITIES, id).isPresent()) {
                            commit(model.delete(CITIES, id));
                        }
                    }
                    case 1 -> put(id, "name-" + random.nextInt(500));
                    default ->
                        commit(model.put(
                                CITIES,
                                id,
                                model.find(CITIES, id)
                                        .map(StoredDocument::data)
                                        .orElse(Value.struct("xqzFieldName", Value.of("fresh"))),
                                0));
                }
            }
            assertThat(store.scanDocuments(Optional.empty(), 10_000))
                    .extracting(document -> new DocumentKey(document.collection(), document.id()))
                    .isEqualTo(model.documents().stream()
                            .map(document -> new DocumentKey(document.collection(), document.id()))
                            .toList());
            assertThat(listByName())
                    .containsExactlyInAnyOrderElementsOf(
                            model.documents().stream().map(StoredDocument::id).toList());
        }
    }

    @Test
    void whatNoIndexHasRoomForIsRefusedWholeAndTheRestGoesOn() {
        store.close();
        store = new SqliteDocumentStoreFactory(new MemoryMetrics())
                .open(directory, Map.of("indexMemoryMiB", "16"), TestSealer.open(directory));
        begin();
        String long1000 = "x".repeat(950);
        int[] there = {0};
        assertThatThrownBy(() -> {
                    while (there[0] < 40_000) {
                        List<Mutation> mutations = new ArrayList<>();
                        for (int i = 0; i < 1000; i++) {
                            String id = "id-" + there[0] + "-" + i;
                            mutations.add(model.put(
                                    CITIES, id, Value.struct("xqzFieldName", Value.of(long1000 + there[0] + i)), 0));
                        }
                        store.commit(model.commit(mutations, Optional.empty()));
                        there[0] += 1000;
                    }
                })
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INDEX_MEMORY))
                .hasMessageContaining("is full, at 16 MiB");
        assertThat(there[0]).isGreaterThan(5000);
        assertThat(listByName()).hasSize(there[0]);
        assertThat(store.find(CITIES, "id-" + there[0] + "-0")).isEmpty();
        assertThat(store.find(CITIES, "id-0-0")).isPresent();
        // As the committer goes on after a failure: from where the store stands.
        StoreState state = store.state();
        Mutation deletion = new Mutation(CITIES, "id-0-0", store.find(CITIES, "id-0-0"), Optional.empty());
        store.commit(new CommitBatch(
                List.of(new Transaction(state.lastOffset() + 1, 0, List.of(deletion), Optional.empty())),
                state.totals().after(deletion)));
        assertThat(listByName()).hasSize(there[0] - 1).doesNotContain("id-0-0");
    }

    @Test
    void anIndexThatWouldTakeTooMuchMemoryIsForecastAndRefused() {
        store.close();
        store = new SqliteDocumentStoreFactory(new MemoryMetrics())
                .open(directory, Map.of("indexMemoryMiB", "16"), TestSealer.open(directory));
        store.begin("epoch-1", 0);
        String long1000 = "x".repeat(1000);
        for (int i = 0; i < 16; i++) {
            List<Mutation> mutations = new ArrayList<>();
            for (int j = 0; j < 1000; j++) {
                mutations.add(model.put(
                        CITIES, "id-" + i + "-" + j, Value.struct("xqzFieldName", Value.of(long1000 + j)), 0));
            }
            store.commit(model.commit(mutations, Optional.empty()));
        }
        assertThatThrownBy(() -> store.checkIndexes(CITIES, List.of(BY_NAME)))
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INDEX_MEMORY))
                .hasMessageContaining("An index by xqzFieldName")
                .hasMessageContaining("limit of 16 MiB")
                .hasMessageContaining("indexMemoryMiB=32");
        store.checkIndexes(CITIES, List.of(new IndexDefinition(List.of(SortField.parse("absent")))));
    }
}
