package io.patchbay.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.SortField;
import io.patchbay.testkit.StoreModel;
import io.patchbay.testkit.session.MemoryMetrics;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/** Entries lead to their documents by place, or by id in a file from before there were places; whatever is done to the file. */
class PlacesTest {
    private static final long COLLECTION = 1;
    private static final List<SortField> BY_RANK = List.of(SortField.parse("rank"));
    private static final int DOCUMENTS = 60;

    private final SqliteDocumentStoreFactory factory = new SqliteDocumentStoreFactory(new MemoryMetrics());
    private final StoreModel model = new StoreModel("epoch", 0);

    @TempDir
    private Path directory;

    @Test
    void everyEntryOfANewFileKnowsThePlace() throws Exception {
        try (DocumentStore store = factory.open(directory, Map.of())) {
            fillAndIndex(store);
            assertInOrder(store);
        }
        assertThat(count("SELECT count(*) FROM entry"))
                .isEqualTo(model.documents().size());
        assertThat(count("SELECT count(*) FROM entry e JOIN document d ON d.place = e.place AND d.id = e.id"))
                .isEqualTo(model.documents().size());
    }

    @Test
    void compactingTheFileLeavesThePlacesRight() throws Exception {
        try (DocumentStore store = factory.open(directory, Map.of())) {
            fillAndIndex(store);
        }
        execute("VACUUM");
        try (DocumentStore store = factory.open(directory, Map.of())) {
            assertInOrder(store);
        }
    }

    @Test
    void fileFromBeforeThereWerePlacesIsReadAndWrittenOn() throws Exception {
        try (DocumentStore store = factory.open(directory, Map.of())) {
            fillAndIndex(store);
        }
        takePlacesAway();
        try (DocumentStore store = factory.open(directory, Map.of())) {
            assertInOrder(store);
            changeSome(store);
            assertInOrder(store);
        }
        // Which numbers such rows anew, so no entry may have relied on a number.
        execute("VACUUM");
        try (DocumentStore store = factory.open(directory, Map.of())) {
            assertInOrder(store);
        }
        assertThat(count("SELECT count(*) FROM entry WHERE place IS NOT NULL")).isZero();
    }

    private void fillAndIndex(DocumentStore store) {
        store.begin("epoch", 0);
        // Some are there before the index, and some come behind it.
        put(store, 0, DOCUMENTS / 2);
        store.defineIndexes(COLLECTION, List.of(new IndexDefinition(BY_RANK)));
        put(store, DOCUMENTS / 2, DOCUMENTS);
        changeSome(store);
    }

    private void put(DocumentStore store, int from, int to) {
        for (int n = from; n < to; n++) {
            // Neither the ranks nor the ids are in the order of the places.
            store.commit(model.commit(model.put(COLLECTION, "d" + n * 37 % DOCUMENTS, rank(n * 17 % DOCUMENTS), 0)));
        }
    }

    /** Deletes some, puts some of those again, and moves some in the order. */
    private void changeSome(DocumentStore store) {
        for (int n = 0; n < DOCUMENTS; n += 3) {
            store.commit(model.commit(model.delete(COLLECTION, "d" + n)));
        }
        for (int n = 0; n < DOCUMENTS; n += 6) {
            store.commit(model.commit(model.put(COLLECTION, "d" + n, rank(n), 0)));
        }
        for (int n = 1; n < DOCUMENTS; n += 6) {
            store.commit(model.commit(model.put(COLLECTION, "d" + n, rank(DOCUMENTS - n), 0)));
        }
    }

    private static Value.Struct rank(int rank) {
        return Value.struct("rank", Value.of(rank));
    }

    private void assertInOrder(DocumentStore store) {
        StoreQuery query = new StoreQuery(COLLECTION, Optional.empty(), BY_RANK, Optional.empty(), 2 * DOCUMENTS);
        List<String> found = new ArrayList<>();
        try (DocumentScan scan = store.query(query)) {
            assertThat(scan.ordered()).isTrue();
            for (StoredDocument document = scan.next(); document != null; document = scan.next()) {
                found.add(document.id() + " " + document.revision());
            }
        }
        assertThat(found)
                .isEqualTo(model.query(query).stream()
                        .map(document -> document.id() + " " + document.revision())
                        .toList());
    }

    /** Makes the tables what they were in format 1. */
    private void takePlacesAway() throws SQLException {
        execute(
                "ALTER TABLE entry DROP COLUMN place",
                "CREATE TABLE before (collection INTEGER NOT NULL, id BLOB NOT NULL, revision INTEGER NOT NULL, updated_at INTEGER NOT NULL, body BLOB NOT NULL)",
                "INSERT INTO before (rowid, collection, id, revision, updated_at, body) SELECT place, collection, id, revision, updated_at, body FROM document",
                "DROP TABLE document",
                "ALTER TABLE before RENAME TO document",
                "CREATE UNIQUE INDEX document_key ON document (collection, id)",
                "PRAGMA user_version = 1");
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private int count(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            return row.getInt(1);
        }
    }

    private Connection connect() throws SQLException {
        return new JDBC().connect("jdbc:sqlite:" + directory.resolve("documents.sqlite"), new Properties());
    }
}
