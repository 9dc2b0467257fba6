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

/** The documents themselves, by collection and the key that stands for their id. */
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
    private static final String PLACE = "SELECT place FROM document WHERE collection = ? AND id = ?";
    private static final String FIND_AT =
            "SELECT " + COLUMNS + " FROM document d WHERE d.place = ? AND d.collection = ?";
    private static final String SCAN = "SELECT d.collection, " + COLUMNS
            + " FROM document d WHERE (d.collection, d.id) > (?, ?) ORDER BY d.collection, d.id LIMIT ?";

    private final RecordCodec codec;

    DocumentTable(RecordCodec codec) {
        this.codec = codec;
    }

    void put(Database database, StoredDocument document) throws SQLException {
        PreparedStatement put = database.prepare(PUT);
        byte[] key = codec.key(document.collection(), document.id());
        put.setLong(1, document.collection());
        put.setBytes(2, key);
        put.setLong(3, document.revision());
        put.setLong(4, document.updatedAtMs());
        put.setBytes(5, codec.write(document, key));
        put.executeUpdate();
    }

    void delete(Database database, long collection, String id) throws SQLException {
        PreparedStatement delete = database.prepare(DELETE);
        delete.setLong(1, collection);
        delete.setBytes(2, codec.key(collection, id));
        delete.executeUpdate();
    }

    Optional<StoredDocument> find(Database database, long collection, String id) throws SQLException {
        PreparedStatement find = database.prepare(FIND);
        byte[] key = codec.key(collection, id);
        find.setLong(1, collection);
        find.setBytes(2, key);
        try (ResultSet row = find.executeQuery()) {
            return row.next() ? Optional.of(readValues(row, 1, collection, key)) : Optional.empty();
        }
    }

    /** In the order of their keys. */
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
        return readValues(row, column + 1, collection, row.getBytes(column));
    }

    private StoredDocument readValues(ResultSet row, int column, long collection, byte[] key) throws SQLException {
        return codec.read(collection, key, row.getLong(column), row.getLong(column + 1), row.getBytes(column + 2));
    }

    /** Where the document stands in the table; it must be there. */
    long place(Database database, long collection, String id) throws SQLException {
        PreparedStatement place = database.prepare(PLACE);
        place.setLong(1, collection);
        place.setBytes(2, codec.key(collection, id));
        try (ResultSet row = place.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The document of this collection at this place, if there is one. */
    Optional<StoredDocument> findAt(Database database, long collection, long place) throws SQLException {
        PreparedStatement find = database.prepare(FIND_AT);
        find.setLong(1, place);
        find.setLong(2, collection);
        try (ResultSet row = find.executeQuery()) {
            return row.next() ? Optional.of(read(row, 1, collection)) : Optional.empty();
        }
    }
}
