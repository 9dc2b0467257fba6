package io.patchbay.store.sqlite;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.Totals;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Where the store stands: one row, written in every transaction. */
final class StateTable {
    private static final String READ =
            "SELECT epoch, last_offset, trimmed_through, documents, checksum, change_bytes FROM state";
    private static final String WRITE =
            "UPDATE state SET epoch = ?, last_offset = ?, trimmed_through = ?, documents = ?, checksum = ?, change_bytes = ? WHERE generation = ?";

    private final long generation;

    /** @param changeBytes what the kept change records take, about */
    record Row(StoreState state, long changeBytes) {}

    private StateTable(long generation) {
        this.generation = generation;
    }

    /** Begins a new generation: whoever still has the store open under an earlier one can't write any more. */
    static StateTable takeOver(Database database) throws SQLException {
        database.execute("BEGIN IMMEDIATE");
        database.execute("UPDATE state SET generation = generation + 1");
        long generation = database.queryLong("SELECT generation FROM state");
        database.execute("COMMIT");
        return new StateTable(generation);
    }

    Row read(Database database) throws SQLException {
        try (ResultSet row = database.prepare(READ).executeQuery()) {
            row.next();
            Totals totals = new Totals(row.getLong(4), row.getLong(5));
            return new Row(new StoreState(row.getString(1), row.getLong(2), row.getLong(3), totals), row.getLong(6));
        }
    }

    void write(Database database, Row row) throws SQLException {
        PreparedStatement write = database.prepare(WRITE);
        write.setString(1, row.state().epoch());
        write.setLong(2, row.state().lastOffset());
        write.setLong(3, row.state().trimmedThrough());
        write.setLong(4, row.state().totals().documents());
        write.setLong(5, row.state().totals().checksum());
        write.setLong(6, row.changeBytes());
        write.setLong(7, generation);
        if (write.executeUpdate() != 1) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE, "Another node has taken this store over; stop one of the two.");
        }
    }
}
