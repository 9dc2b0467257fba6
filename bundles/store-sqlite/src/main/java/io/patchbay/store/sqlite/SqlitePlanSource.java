package io.patchbay.store.sqlite;

import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.query.IndexPlan.Place;
import io.patchbay.api.query.KeyRange;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One collection as a reader's transaction sees it. Holds its connection until closed. */
final class SqlitePlanSource implements QuerySource {
    private static final String DOCUMENTS = "SELECT " + DocumentTable.COLUMNS
            + " FROM document d WHERE d.collection = ? AND d.id >= ? AND d.id < ? ORDER BY d.id";
    // By the place that the entry knows, or in a file from before by the id. The pluses keep SQLite from going by the
    // id all the same: those conditions are there so that a wrong place could never show another's document.
    private static final String ENTRIES = "SELECT e.key, " + DocumentTable.COLUMNS
            + " FROM entry e CROSS JOIN document d ON d.rowid = coalesce(e.place, (SELECT k.rowid FROM document k WHERE k.collection = ?1 AND k.id = e.id))"
            + " AND +d.collection = ?1 AND +d.id = e.id WHERE e.number = ?2 AND e.key < ?3";
    private static final String ENTRIES_FROM = ENTRIES + " AND e.key >= ?4 ORDER BY e.key, e.id";
    private static final String ENTRIES_BEHIND = ENTRIES + " AND (e.key, e.id) > (?4, ?5) ORDER BY e.key, e.id";
    private static final String LAST_KEY =
            "SELECT key FROM entry WHERE number = ? AND key >= ? AND key < ? ORDER BY key DESC LIMIT 1";
    private static final String COUNT =
            "SELECT count(*) FROM (SELECT 1 FROM entry WHERE number = ? AND key >= ? AND key < ? LIMIT ?)";

    private final SqliteDocumentStore store;
    private final DocumentTable documents;
    private final Database database;
    private final long collection;
    private final List<IndexTables.Index> indexes;
    private boolean closed;

    private SqlitePlanSource(
            SqliteDocumentStore store,
            DocumentTable documents,
            Database database,
            long collection,
            List<IndexTables.Index> indexes) {
        this.store = store;
        this.documents = documents;
        this.database = database;
        this.collection = collection;
        this.indexes = indexes;
    }

    /** Begins a transaction on {@code database}, which is given back when the source is closed. */
    static SqlitePlanSource open(
            SqliteDocumentStore store, DocumentTable documents, IndexTables indexes, Database database, long collection)
            throws SQLException {
        synchronized (database) {
            database.run("BEGIN");
            try {
                // The definitions from the same snapshot as the entries: an index that was dropped meanwhile has lost
                // some.
                return new SqlitePlanSource(
                        store, documents, database, collection, indexes.findComplete(database, collection));
            } catch (SQLException | RuntimeException e) {
                database.rollBack();
                throw e;
            }
        }
    }

    @Override
    public List<IndexDefinition> indexes() {
        return indexes.stream().map(IndexTables.Index::definition).toList();
    }

    @Override
    public boolean isNarrow(IndexDefinition index, List<KeyRange> ranges) {
        long number = number(index);
        return store.guarded(() -> {
            synchronized (database) {
                int left = NARROW_ENTRIES;
                PreparedStatement count = database.prepare(COUNT);
                for (KeyRange range : ranges) {
                    bind(count, 1, number, range);
                    count.setInt(4, left + 1);
                    try (ResultSet row = count.executeQuery()) {
                        left -= row.next() ? row.getInt(1) : 0;
                    }
                    if (left < 0) {
                        return false;
                    }
                }
                return true;
            }
        });
    }

    @Override
    public Rows documents(KeyRange range, boolean backward) {
        return store.guarded(() -> {
            synchronized (database) {
                PreparedStatement query = database.prepare(backward ? DOCUMENTS + " DESC" : DOCUMENTS);
                bind(query, 1, collection, range);
                return new SqliteRows(query.executeQuery(), false);
            }
        });
    }

    @Override
    public Rows entries(IndexDefinition index, KeyRange range, Optional<Place> after) {
        return store.guarded(() -> {
            synchronized (database) {
                boolean behind = after.isPresent();
                PreparedStatement query = database.prepare(behind ? ENTRIES_BEHIND : ENTRIES_FROM);
                query.setLong(1, collection);
                query.setLong(2, number(index));
                query.setBytes(3, range.to());
                query.setBytes(4, notEmpty(behind ? after.get().key() : range.from()));
                if (behind) {
                    query.setBytes(5, after.get().id());
                }
                return new SqliteRows(query.executeQuery(), true);
            }
        });
    }

    @Override
    public Optional<byte[]> findLastKey(IndexDefinition index, KeyRange range) {
        return store.guarded(() -> {
            synchronized (database) {
                PreparedStatement query = database.prepare(LAST_KEY);
                bind(query, 1, number(index), range);
                try (ResultSet row = query.executeQuery()) {
                    return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
                }
            }
        });
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            synchronized (database) {
                database.rollBack();
            }
            store.release(database);
        }
    }

    private long number(IndexDefinition index) {
        return indexes.stream()
                .filter(one -> one.definition().equals(index))
                .findFirst()
                .orElseThrow()
                .number();
    }

    private static void bind(PreparedStatement query, int first, long number, KeyRange range) throws SQLException {
        query.setLong(first, number);
        query.setBytes(first + 1, notEmpty(range.from()));
        query.setBytes(first + 2, range.to());
    }

    // The driver binds no bytes at all as NULL; neither a key nor an id lies between the two.
    private static byte[] notEmpty(byte[] bytes) {
        return bytes.length == 0 ? new byte[1] : bytes;
    }

    private final class SqliteRows implements Rows {
        private final ResultSet rows;
        private final boolean keyed;

        private SqliteRows(ResultSet rows, boolean keyed) {
            this.rows = rows;
            this.keyed = keyed;
        }

        @Override
        public @Nullable Row next() {
            return store.guardedOrNull(() -> {
                synchronized (database) {
                    if (!rows.next()) {
                        return null;
                    }
                    return keyed
                            ? new Row(rows.getBytes(1), documents.read(rows, 2, collection))
                            : new Row(new byte[0], documents.read(rows, 1, collection));
                }
            });
        }

        @Override
        public void close() {
            synchronized (database) {
                try {
                    rows.close();
                } catch (SQLException e) {
                    // The transaction's end closes it as well.
                }
            }
        }
    }
}
