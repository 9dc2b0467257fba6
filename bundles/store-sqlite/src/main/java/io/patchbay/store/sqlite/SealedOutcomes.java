package io.patchbay.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.document.Outcome;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Outcomes under a keyed hash of their identity and key. Their order, which only a migration asks for, is made when it begins to read, and forgotten when it has ended: what is written meanwhile reaches it by
 * the changes.
 */
final class SealedOutcomes implements OutcomeTable {
    private static final String PUT = "INSERT OR REPLACE INTO outcome (key, expires_at, body) VALUES (?, ?, ?)";
    private static final String FIND = "SELECT key, expires_at, body FROM outcome WHERE key = ?";
    private static final String ALL = "SELECT key, expires_at, body FROM outcome";
    private static final String EXPIRE = "DELETE FROM outcome WHERE expires_at < ?";

    private static final Comparator<Place> ORDER = Comparator.comparing(Place::identity, Arrays::compareUnsigned)
            .thenComparing(Place::key, Arrays::compareUnsigned);

    private final SealedRecords records;
    // In order; empty between scans. Guarded by this.
    private List<Place> order = List.of();

    private record Place(byte[] identity, byte[] key, byte[] lookup) {}

    SealedOutcomes(SealedRecords records) {
        this.records = records;
    }

    @Override
    public void put(Database database, Outcome outcome) throws SQLException {
        byte[] key = records.outcomeKey(outcome.identity(), outcome.key());
        PreparedStatement put = database.prepare(PUT);
        put.setBytes(1, key);
        put.setLong(2, outcome.expiresAtMs());
        put.setBytes(3, records.write(outcome, key));
        put.executeUpdate();
    }

    @Override
    public Optional<Outcome> find(Database database, String identity, String key) throws SQLException {
        return find(database, records.outcomeKey(identity, key));
    }

    private Optional<Outcome> find(Database database, byte[] lookup) throws SQLException {
        PreparedStatement find = database.prepare(FIND);
        find.setBytes(1, lookup);
        try (ResultSet row = find.executeQuery()) {
            return row.next()
                    ? Optional.of(records.readOutcome(row.getBytes(1), row.getLong(2), row.getBytes(3)))
                    : Optional.empty();
        }
    }

    @Override
    public List<Outcome> scan(Database database, Optional<Outcome> after, int limit) throws SQLException {
        List<Outcome> page = new ArrayList<>();
        List<Place> all = order(database, after.isEmpty());
        int next = after.map(outcome -> behind(all, outcome)).orElse(0);
        while (next < all.size() && page.size() < limit) {
            find(database, all.get(next++).lookup()).ifPresent(page::add);
        }
        if (next == all.size()) {
            forget();
        }
        return page;
    }

    private synchronized List<Place> order(Database database, boolean anew) throws SQLException {
        if (anew || order.isEmpty()) {
            List<Place> fresh = new ArrayList<>();
            try (ResultSet row = database.prepare(ALL).executeQuery()) {
                while (row.next()) {
                    Outcome outcome = records.readOutcome(row.getBytes(1), row.getLong(2), row.getBytes(3));
                    fresh.add(new Place(
                            outcome.identity().getBytes(UTF_8), outcome.key().getBytes(UTF_8), row.getBytes(1)));
                }
            }
            fresh.sort(ORDER);
            order = fresh;
        }
        return order;
    }

    private synchronized void forget() {
        order = List.of();
    }

    private static int behind(List<Place> all, Outcome outcome) {
        Place place =
                new Place(outcome.identity().getBytes(UTF_8), outcome.key().getBytes(UTF_8), new byte[0]);
        int found = Collections.binarySearch(all, place, ORDER);
        return found < 0 ? -found - 1 : found + 1;
    }

    @Override
    public void expire(Database database, long nowMs) throws SQLException {
        PreparedStatement expire = database.prepare(EXPIRE);
        expire.setLong(1, nowMs);
        expire.executeUpdate();
    }
}
