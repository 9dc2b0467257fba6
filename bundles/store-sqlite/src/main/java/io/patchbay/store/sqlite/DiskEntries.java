package io.patchbay.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.store.sqlite.IndexTables.Index;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Entries in the file, beside the documents. */
final class DiskEntries implements Entries {
    /** Entries that a step of dropping deletes. */
    private static final int STEP_ENTRIES = 4096;

    private static final String PUT = "INSERT OR IGNORE INTO entry (number, key, id, place)"
            + " VALUES (?1, ?2, ?3, (SELECT place FROM document WHERE collection = ?4 AND id = ?3))";
    private static final String DELETE = "DELETE FROM entry WHERE number = ? AND key = ? AND id = ?";
    private static final String DELETE_SOME =
            "DELETE FROM entry WHERE (number, key, id) IN (SELECT number, key, id FROM entry WHERE number = ? LIMIT "
                    + STEP_ENTRIES + ")";

    @Override
    public void onDocument(Database database, long collection, String id, boolean there) {
        // The table of documents is ordered by their ids itself.
    }

    @Override
    public void put(Database database, Index index, byte[] key, String id) throws SQLException {
        PreparedStatement put = database.prepare(PUT);
        put.setLong(1, index.number());
        put.setBytes(2, key);
        put.setBytes(3, id.getBytes(UTF_8));
        put.setLong(4, index.collection());
        put.executeUpdate();
    }

    @Override
    public void delete(Database database, Index index, byte[] key, String id) throws SQLException {
        PreparedStatement delete = database.prepare(DELETE);
        delete.setLong(1, index.number());
        delete.setBytes(2, key);
        delete.setBytes(3, id.getBytes(UTF_8));
        delete.executeUpdate();
    }

    @Override
    public boolean drop(Database database, Index index) throws SQLException {
        PreparedStatement some = database.prepare(DELETE_SOME);
        some.setLong(1, index.number());
        return some.executeUpdate() == STEP_ENTRIES;
    }

    @Override
    public void clear(Database database) throws SQLException {
        database.execute("DELETE FROM entry");
    }
}
