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
    private static final String COLUMNS = "epoch, last_offset, trimmed_through, documents, checksum, change_bytes";
    private static final String READ = "SELECT " + COLUMNS + " FROM state";
    private static final String READ_SEALED = "SELECT " + COLUMNS + ", writes FROM state";
    private static final String SET =
            "UPDATE state SET epoch = ?, last_offset = ?, trimmed_through = ?, documents = ?, checksum = ?, change_bytes = ?";
    private static final String WRITE = SET + " WHERE generation = ?";
    private static final String WRITE_SEALED = SET + ", writes = ? WHERE generation = ?";
    private static final String FIRST_SEALED = "INSERT INTO state VALUES (1, 0, '', 0, 0, 0, ?, 0, 0)";

    private final RecordCodec codec;
    private final boolean sealed;
    private final long generation;

    /**
     * @param changeBytes what the kept change records take, about
     * @param writes how many transactions there were; 0 in a store that is not sealed, which needs no count
     */
    record Row(StoreState state, long changeBytes, long writes) {
        Row(StoreState state, long changeBytes) {
            this(state, changeBytes, 0);
        }

        Row withWrites(long number) {
            return new Row(state, changeBytes, number);
        }
    }

    private StateTable(RecordCodec codec, boolean sealed, long generation) {
        this.codec = codec;
        this.sealed = sealed;
        this.generation = generation;
    }

    static void createSealed(Database database, RecordCodec codec) throws SQLException {
        PreparedStatement first = database.prepare(FIRST_SEALED);
        first.setObject(1, codec.writeChecksum(0, 0));
        first.executeUpdate();
    }

    /** Begins a new generation: whoever still has the store open under an earlier one can't write any more. */
    static StateTable takeOver(Database database, RecordCodec codec, boolean sealed) throws SQLException {
        database.execute("BEGIN IMMEDIATE");
        database.execute("UPDATE state SET generation = generation + 1");
        long generation = database.queryLong("SELECT generation FROM state");
        database.execute("COMMIT");
        return new StateTable(codec, sealed, generation);
    }

    Row read(Database database) throws SQLException {
        try (ResultSet row = database.prepare(sealed ? READ_SEALED : READ).executeQuery()) {
            row.next();
            Totals totals = new Totals(row.getLong(4), codec.readChecksum(row.getBytes(5), row.getLong(2)));
            StoreState state = new StoreState(row.getString(1), row.getLong(2), row.getLong(3), totals);
            return new Row(state, row.getLong(6), sealed ? row.getLong(7) : 0);
        }
    }

    void write(Database database, Row row) throws SQLException {
        PreparedStatement write = database.prepare(sealed ? WRITE_SEALED : WRITE);
        StoreState state = row.state();
        write.setString(1, state.epoch());
        write.setLong(2, state.lastOffset());
        write.setLong(3, state.trimmedThrough());
        write.setLong(4, state.totals().documents());
        write.setObject(5, codec.writeChecksum(state.totals().checksum(), state.lastOffset()));
        write.setLong(6, row.changeBytes());
        if (sealed) {
            write.setLong(7, row.writes());
        }
        write.setLong(sealed ? 8 : 7, generation);
        if (write.executeUpdate() != 1) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE, "Another node has taken this store over; stop one of the two.");
        }
    }
}
