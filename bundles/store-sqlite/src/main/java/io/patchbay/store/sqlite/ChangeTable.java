package io.patchbay.store.sqlite;

import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.feed.Change;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The change records, appended in order. */
final class ChangeTable {
    /** Places within a transaction; more than a transaction may have operations. */
    private static final int PLACES = 1024;
    /** What a record takes beside its id and body, about. */
    private static final int RECORD_BYTES = 40;

    private static final String PUT =
            "INSERT OR REPLACE INTO change (place, collection, id, committed_at, updated_at, body) VALUES (?, ?, ?, ?, ?, ?)";
    private static final String READ =
            "SELECT place, collection, id, committed_at, updated_at, body FROM change WHERE place >= ? AND place < ? ORDER BY place LIMIT ?";
    private static final String BYTES = "SELECT coalesce(sum(" + RECORD_BYTES
            + " + length(id) + coalesce(length(body), 0)), 0) FROM change WHERE place < ?";
    private static final String DELETE = "DELETE FROM change WHERE place < ?";

    private final RecordCodec codec;

    ChangeTable(RecordCodec codec) {
        this.codec = codec;
    }

    /** @return the bytes it takes, about */
    long put(Database database, Change change) throws SQLException {
        if (change.index() >= PLACES) {
            throw new IllegalArgumentException("a transaction has at most " + PLACES + " changes");
        }
        PreparedStatement put = database.prepare(PUT);
        byte[] key = codec.key(change.collection(), change.id());
        put.setLong(1, place(change.offset()) + change.index());
        put.setLong(2, change.collection());
        put.setBytes(3, key);
        put.setLong(4, change.committedAtMs());
        long bytes = RECORD_BYTES + key.length;
        if (change.document().isPresent()) {
            byte[] body = codec.write(change.document().get(), key);
            put.setLong(5, change.document().get().updatedAtMs());
            put.setBytes(6, body);
            bytes += body.length;
        } else {
            byte[] deletion = codec.writeDeletion(change.collection(), change.id(), key, change.offset());
            put.setNull(5, Types.INTEGER);
            put.setBytes(6, deletion);
            bytes += deletion == null ? 0 : deletion.length;
        }
        put.executeUpdate();
        return bytes;
    }

    /** Whole transactions behind {@code offset}: at most {@code limit} changes, but at least one transaction. */
    List<Change> readAfter(Database database, long offset, int limit) throws SQLException {
        // One more than wanted tells whether the last transaction is whole.
        List<Change> changes = read(database, place(offset + 1), Long.MAX_VALUE, Math.max(limit, 1) + 1);
        if (changes.size() <= Math.max(limit, 1)) {
            return changes;
        }
        long partial = changes.get(changes.size() - 1).offset();
        if (changes.get(0).offset() == partial) {
            return read(database, place(partial), place(partial + 1), PLACES);
        }
        return changes.stream().takeWhile(change -> change.offset() < partial).toList();
    }

    private List<Change> read(Database database, long from, long to, int limit) throws SQLException {
        PreparedStatement read = database.prepare(READ);
        read.setLong(1, from);
        read.setLong(2, to);
        read.setInt(3, limit);
        List<Change> changes = new ArrayList<>();
        try (ResultSet row = read.executeQuery()) {
            while (row.next()) {
                changes.add(read(row));
            }
        }
        return changes;
    }

    private Change read(ResultSet row) throws SQLException {
        long place = row.getLong(1);
        long offset = place / PLACES;
        long collection = row.getLong(2);
        byte[] key = row.getBytes(3);
        int index = (int) (place % PLACES);
        long updatedAtMs = row.getLong(5);
        // Only what is there was written at some time.
        if (row.wasNull()) {
            String id = codec.readDeletion(collection, key, offset, row.getBytes(6));
            return new Change(offset, index, collection, id, row.getLong(4), Optional.empty());
        }
        StoredDocument document = codec.read(collection, key, offset, updatedAtMs, row.getBytes(6));
        return new Change(offset, index, collection, document.id(), row.getLong(4), Optional.of(document));
    }

    /** The offset that a step of trimming goes through: at most {@code steps} records behind the oldest. */
    long nextTrim(Database database, long through, int steps) throws SQLException {
        PreparedStatement step = database.prepare("SELECT place FROM change ORDER BY place LIMIT 1 OFFSET ?");
        step.setInt(1, steps);
        try (ResultSet row = step.executeQuery()) {
            return row.next() ? Math.min(through, row.getLong(1) / PLACES) : through;
        }
    }

    /** @return the bytes that became free, about */
    long deleteThrough(Database database, long offset) throws SQLException {
        long bytes = bytesBefore(database, place(offset + 1));
        PreparedStatement delete = database.prepare(DELETE);
        delete.setLong(1, place(offset + 1));
        delete.executeUpdate();
        return bytes;
    }

    long bytes(Database database) throws SQLException {
        return bytesBefore(database, Long.MAX_VALUE);
    }

    private static long bytesBefore(Database database, long place) throws SQLException {
        PreparedStatement bytes = database.prepare(BYTES);
        bytes.setLong(1, place);
        try (ResultSet row = bytes.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static long place(long offset) {
        return Math.multiplyExact(offset, PLACES);
    }
}
