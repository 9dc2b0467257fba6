package io.patchbay.store.sqlite;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** The tables of a store's file, and the version of their form. */
final class Schema {
    static final int VERSION = 2;
    /** Of a store that is sealed; it is so from its beginning or never. */
    static final int SEALED = 3;
    /** Its documents have no place of their own, nor do its entries know of one. */
    private static final int WITHOUT_PLACES = 1;
    /** "PBay"; tells our files from others. */
    private static final int APPLICATION = 0x50426179;

    /**
     * The documents are a row table with an index, not a table that is an index: bodies may be large, and would make the inner pages of an index wide. An entry knows its document's
     * place in that table, so that a list reads one page a document, not one more of {@code document_key}.
     */
    private static final List<String> TABLES = List.of(
            "CREATE TABLE document (place INTEGER PRIMARY KEY, collection INTEGER NOT NULL, id BLOB NOT NULL, revision INTEGER NOT NULL, updated_at INTEGER NOT NULL, body BLOB NOT NULL)",
            "CREATE UNIQUE INDEX document_key ON document (collection, id)",
            // The place is offset * 1024 + index: one number, so that changes are appended to a table in order.
            "CREATE TABLE change (place INTEGER PRIMARY KEY, collection INTEGER NOT NULL, id BLOB NOT NULL, committed_at INTEGER NOT NULL, updated_at INTEGER, body BLOB)",
            "CREATE TABLE outcome (identity BLOB NOT NULL, key BLOB NOT NULL, request_hash BLOB, result BLOB, expires_at INTEGER NOT NULL, PRIMARY KEY (identity, key)) WITHOUT ROWID",
            "CREATE INDEX outcome_expiry ON outcome (expires_at)",
            "CREATE TABLE index_definition (number INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL, fields TEXT NOT NULL, state INTEGER NOT NULL, built_through BLOB)",
            "CREATE TABLE entry (number INTEGER NOT NULL, key BLOB NOT NULL, id BLOB NOT NULL, place INTEGER, PRIMARY KEY (number, key, id)) WITHOUT ROWID",
            "CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER NOT NULL, epoch TEXT NOT NULL, last_offset INTEGER NOT NULL, trimmed_through INTEGER NOT NULL, documents INTEGER NOT NULL, checksum INTEGER NOT NULL, change_bytes INTEGER NOT NULL)",
            "INSERT INTO state VALUES (1, 0, '', 0, 0, 0, 0, 0)",
            "PRAGMA application_id = " + APPLICATION,
            "PRAGMA user_version = " + VERSION);

    /**
     * A table's rows can't be given a key afterwards, and without one compacting the file (VACUUM) numbers them anew. So the documents of such a file keep no place, and its entries
     * lead to them by their ids, as they did.
     */
    private static final List<String> PLACES = List.of(
            "ALTER TABLE document ADD COLUMN place INTEGER",
            "ALTER TABLE entry ADD COLUMN place INTEGER",
            "PRAGMA user_version = " + VERSION);

    /**
     * A document's and an outcome's key is a keyed hash. Entries are kept in memory, for their keys could not be ordered here; {@code writes} counts the transactions, by which a reader's snapshot of the file is
     * matched with them.
     */
    private static final List<String> SEALED_TABLES = List.of(
            "CREATE TABLE document (place INTEGER PRIMARY KEY, collection INTEGER NOT NULL, id BLOB NOT NULL, revision INTEGER NOT NULL, updated_at INTEGER NOT NULL, body BLOB NOT NULL)",
            "CREATE UNIQUE INDEX document_key ON document (collection, id)",
            "CREATE TABLE change (place INTEGER PRIMARY KEY, collection INTEGER NOT NULL, id BLOB NOT NULL, committed_at INTEGER NOT NULL, updated_at INTEGER, body BLOB)",
            "CREATE TABLE outcome (key BLOB NOT NULL PRIMARY KEY, expires_at INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID",
            "CREATE INDEX outcome_expiry ON outcome (expires_at)",
            "CREATE TABLE index_definition (number INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL, fields BLOB NOT NULL, state INTEGER NOT NULL, built_through BLOB)",
            "CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER NOT NULL, epoch TEXT NOT NULL, last_offset INTEGER NOT NULL, trimmed_through INTEGER NOT NULL, documents INTEGER NOT NULL, checksum BLOB NOT NULL, change_bytes INTEGER NOT NULL, writes INTEGER NOT NULL)",
            "PRAGMA application_id = " + APPLICATION,
            "PRAGMA user_version = " + SEALED);

    private Schema() {}

    /** Creates what is missing; the row of state is {@code firstState}'s to write. */
    static void requireSealed(Database database, Path file, Database.Step firstState) throws SQLException {
        long application = database.queryLong("PRAGMA application_id");
        long version = database.queryLong("PRAGMA user_version");
        if (application == APPLICATION && version == SEALED) {
            return;
        }
        if (application == APPLICATION && version < SEALED) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The store " + file
                            + " is kept in clear, and it was to be opened as a sealed one: 'patchbay store swap' copies it into a sealed one.");
        }
        requireOurs(database, file, application, version);
        inTransaction(database, SEALED_TABLES, firstState);
    }

    /** Creates what is missing. */
    static void require(Database database, Path file) throws SQLException {
        long application = database.queryLong("PRAGMA application_id");
        long version = database.queryLong("PRAGMA user_version");
        if (application == APPLICATION && version == VERSION) {
            return;
        }
        if (application == APPLICATION && version == WITHOUT_PLACES) {
            inTransaction(database, PLACES, () -> {});
            return;
        }
        if (application == APPLICATION && version == SEALED) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The store " + file + " is sealed, and it was to be opened as one in clear: see data/bindings.");
        }
        requireOurs(database, file, application, version);
        inTransaction(database, TABLES, () -> {});
    }

    private static void requireOurs(Database database, Path file, long application, long version) throws SQLException {
        if (application == APPLICATION) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The store " + file + " has format " + version
                            + ", and this version of store-sqlite reads formats up to " + SEALED
                            + "; use the version that wrote it.");
        }
        if (application != 0 || database.queryLong("SELECT count(*) FROM sqlite_schema") > 0) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The file " + file + " is a SQLite database, but none of Patchbay's; move it away.");
        }
    }

    private static void inTransaction(Database database, List<String> statements, Database.Step last)
            throws SQLException {
        database.execute("BEGIN IMMEDIATE");
        for (String sql : statements) {
            database.execute(sql);
        }
        last.run();
        database.execute("COMMIT");
    }
}
