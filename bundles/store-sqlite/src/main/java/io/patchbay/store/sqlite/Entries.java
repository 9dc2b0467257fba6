package io.patchbay.store.sqlite;

import io.patchbay.store.sqlite.IndexTables.Index;
import java.sql.SQLException;

/** Where the entries of indexes are kept. All within the writer's transactions. */
interface Entries {
    /** After a document was written, or deleted, and before its entries are. */
    void onDocument(Database database, long collection, String id, boolean there) throws SQLException;

    /** Nothing changes if the entry is there. */
    void put(Database database, Index index, byte[] key, String id) throws SQLException;

    /** Nothing changes if the entry is not there. */
    void delete(Database database, Index index, byte[] key, String id) throws SQLException;

    /** Takes a step of deleting all entries of an index. False if none are left. */
    boolean drop(Database database, Index index) throws SQLException;

    /** Deletes the entries of all indexes. */
    void clear(Database database) throws SQLException;
}
