package io.patchbay.store.sqlite;

import io.patchbay.api.document.Outcome;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What requests with an idempotency key led to. */
interface OutcomeTable {
    void put(Database database, Outcome outcome) throws SQLException;

    Optional<Outcome> find(Database database, String identity, String key) throws SQLException;

    /** By identity and key, behind {@code after}. */
    List<Outcome> scan(Database database, Optional<Outcome> after, int limit) throws SQLException;

    void expire(Database database, long nowMs) throws SQLException;
}
