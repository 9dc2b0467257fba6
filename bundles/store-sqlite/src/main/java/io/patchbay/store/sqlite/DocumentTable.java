package io.patchbay.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.StoredDocument;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The documents themselves, by collection and id; ids are kept as UTF-8 bytes, so SQLite's order is ours. */
final class DocumentTable {
    // What the caller knows is not asked for: each column costs a call into SQLite.
    private static final String VALUES = "d.revision, d.updated_at, d.body";
    /** The columns of {@link #read}, in order. */
    static final String COLUMNS = "d.id, " + VALUES;

    private static final String PUT =
            "INSERT INTO document (collection, id, revision, updated_at, body) VALUES (?, ?, ?, ?, ?)"
                    + " ON CONFLICT (collection, id) DO UPDATE SET revision = excluded.revision, updated_at = excluded.updated_at, body = excluded.body";
    private static final String DELETE = "DELETE FROM document WHERE collection = ? AND id = ?";
    private static final String FIND = "SELECT " + VALUES + " FROM document d WHERE d.collection = ? AND d.id = ?";
    private static final String SCAN = "SELECT d.collection, " + COLUMNS
            + " FROM document d WHERE (d.collection, d.id) > (?, ?) ORDER BY d.collection, d.id LIMIT ?";

    private final BodyCodec bodies;

    DocumentTable(BodyCodec bodies) {
        this.bodies = bodies;
    }

    void put(Database database, StoredDocument document) throws SQLException {
        PreparedStatement put = database.prepare(PUT);
        put.setLong(1, document.collection());
        put.setBytes(2, document.id().getBytes(UTF_8));
        put.setLong(3, document.revision());
        put.setLong(4, document.updatedAtMs());
        put.setBytes(5, bodies.write(document));
        put.executeUpdate();
    }

    void delete(Database database, long collection, String id) throws SQLException {
        PreparedStatement delete = database.prepare(DELETE);
        delete.setLong(1, collection);
        delete.setBytes(2, id.getBytes(UTF_8));
        delete.executeUpdate();
    }

    Optional<StoredDocument> find(Database database, long collection, String id) throws SQLException {
        PreparedStatement find = database.prepare(FIND);
        find.setLong(1, collection);
        find.setBytes(2, id.getBytes(UTF_8));
        try (ResultSet row = find.executeQuery()) {
            return row.next() ? Optional.of(readValues(row, 1, collection, id)) : Optional.empty();
        }
    }

    List<StoredDocument> scan(Database database, Optional<DocumentKey> after, int limit) throws SQLException {
        PreparedStatement scan = database.prepare(SCAN);
        scan.setLong(1, after.map(DocumentKey::collection).orElse(Long.MIN_VALUE));
        scan.setBytes(2, after.map(key -> key.id().getBytes(UTF_8)).orElse(new byte[1]));
        scan.setInt(3, limit);
        List<StoredDocument> documents = new ArrayList<>();
        try (ResultSet row = scan.executeQuery()) {
            while (row.next()) {
                documents.add(read(row, 2, row.getLong(1)));
            }
        }
        return documents;
    }

    /** The document in {@link #COLUMNS}, of which the first is {@code column}. */
    StoredDocument read(ResultSet row, int column, long collection) throws SQLException {
        return readValues(row, column + 1, collection, new String(row.getBytes(column), UTF_8));
    }

    private StoredDocument readValues(ResultSet row, int column, long collection, String id) throws SQLException {
        long revision = row.getLong(column);
        byte[] body = bodies.read(collection, id, revision, row.getBytes(column + 2));
        return new StoredDocument(collection, id, revision, row.getLong(column + 1), body);
    }
}
