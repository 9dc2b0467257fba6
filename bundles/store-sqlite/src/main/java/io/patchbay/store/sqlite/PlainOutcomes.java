package io.patchbay.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.document.Outcome;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Outcomes as they are, in the order of their identities and keys. */
final class PlainOutcomes implements OutcomeTable {
    private static final String COLUMNS = "identity, key, request_hash, result, expires_at";
    private static final String PUT = "INSERT OR REPLACE INTO outcome (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?)";
    private static final String FIND = "SELECT " + COLUMNS + " FROM outcome WHERE identity = ? AND key = ?";
    private static final String FIRST = "SELECT " + COLUMNS + " FROM outcome ORDER BY identity, key LIMIT ?";
    private static final String SCAN =
            "SELECT " + COLUMNS + " FROM outcome WHERE (identity, key) > (?, ?) ORDER BY identity, key LIMIT ?";
    private static final String EXPIRE = "DELETE FROM outcome WHERE expires_at < ?";

    @Override
    public void put(Database database, Outcome outcome) throws SQLException {
        PreparedStatement put = database.prepare(PUT);
        put.setBytes(1, outcome.identity().getBytes(UTF_8));
        put.setBytes(2, outcome.key().getBytes(UTF_8));
        put.setBytes(3, outcome.requestHash());
        put.setBytes(4, outcome.result());
        put.setLong(5, outcome.expiresAtMs());
        put.executeUpdate();
    }

    @Override
    public Optional<Outcome> find(Database database, String identity, String key) throws SQLException {
        PreparedStatement find = database.prepare(FIND);
        find.setBytes(1, identity.getBytes(UTF_8));
        find.setBytes(2, key.getBytes(UTF_8));
        return read(find).stream().findFirst();
    }

    @Override
    public List<Outcome> scan(Database database, Optional<Outcome> after, int limit) throws SQLException {
        if (after.isEmpty()) {
            PreparedStatement first = database.prepare(FIRST);
            first.setInt(1, limit);
            return read(first);
        }
        PreparedStatement scan = database.prepare(SCAN);
        scan.setBytes(1, after.get().identity().getBytes(UTF_8));
        scan.setBytes(2, after.get().key().getBytes(UTF_8));
        scan.setInt(3, limit);
        return read(scan);
    }

    @Override
    public void expire(Database database, long nowMs) throws SQLException {
        PreparedStatement expire = database.prepare(EXPIRE);
        expire.setLong(1, nowMs);
        expire.executeUpdate();
    }

    private static List<Outcome> read(PreparedStatement query) throws SQLException {
        List<Outcome> outcomes = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                outcomes.add(new Outcome(text(row, 1), text(row, 2), bytes(row, 3), bytes(row, 4), row.getLong(5)));
            }
        }
        return outcomes;
    }

    private static String text(ResultSet row, int column) throws SQLException {
        return new String(bytes(row, column), UTF_8);
    }

    // The driver gives no bytes at all as null.
    private static byte[] bytes(ResultSet row, int column) throws SQLException {
        byte[] bytes = row.getBytes(column);
        return bytes == null ? new byte[0] : bytes;
    }
}
