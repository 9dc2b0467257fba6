package io.patchbay.store.sqlite;

import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.IndexPlan;
import io.patchbay.api.query.SortField;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The indexes of all collections: their definitions, and how their {@link Entries} are built and kept.
 *
 * <p>From the moment an index is registered, every write keeps its entries; meanwhile the builder goes over the documents that were there before, in order of their ids. Where
 * both meet the same document they write the same entry. Queries use an index once it is complete.
 *
 * <p>Used in the writer's transactions, except {@link #findComplete}, which belongs to a reader's.
 */
final class IndexTables {
    /** Documents that a step of building reads at most, in number and in bytes. */
    private static final int STEP_DOCUMENTS = 256;

    private static final int STEP_BYTES = 4 << 20;
    /** What a step of building adds to the log, about. */
    static final long STEP_LOG_BYTES = (long) STEP_DOCUMENTS * Database.PAGE_BYTES;

    private static final int BUILDING = 0;
    private static final int COMPLETE = 1;
    private static final int DROPPED = 2;

    private static final String LIST =
            "SELECT number, collection, fields FROM index_definition WHERE state <> " + DROPPED + " ORDER BY number";
    private static final String FIND_COMPLETE =
            "SELECT number, collection, fields FROM index_definition WHERE collection = ? AND state = " + COMPLETE
                    + " ORDER BY number";
    private static final String FIND_UNFINISHED =
            "SELECT number, collection, fields, state, built_through FROM index_definition WHERE state <> " + COMPLETE
                    + " ORDER BY state DESC, number LIMIT 1";
    private static final String REGISTER =
            "INSERT INTO index_definition (collection, fields, state) VALUES (?, ?, " + BUILDING + ")";
    private static final String SET_STATE = "UPDATE index_definition SET state = ?, built_through = ? WHERE number = ?";
    private static final String FORGET = "DELETE FROM index_definition WHERE number = ?";
    private static final String BUILD_STEP = "SELECT " + DocumentTable.COLUMNS
            + " FROM document d WHERE d.collection = ? AND d.id > ? ORDER BY d.id LIMIT " + STEP_DOCUMENTS;

    private final DocumentTable documents;
    private final RecordCodec codec;
    private final Entries entries;
    // By number: what was read, and with it unsealed, once.
    private final Map<Long, Index> definitions = new ConcurrentHashMap<>();
    /** All that writes must keep, by collection. Guarded by the writer's lock. */
    private Map<Long, List<Index>> kept = Map.of();

    /** @param number never used again for another */
    record Index(long number, long collection, IndexDefinition definition) {}

    IndexTables(DocumentTable documents, RecordCodec codec, Entries entries) {
        this.documents = documents;
        this.codec = codec;
        this.entries = entries;
    }

    /** After the transaction that changed the definitions, and at the start. */
    void reload(Database database) throws SQLException {
        Map<Long, List<Index>> indexes = new HashMap<>();
        try (ResultSet row = database.prepare(LIST).executeQuery()) {
            while (row.next()) {
                Index index = read(row);
                indexes.computeIfAbsent(index.collection(), collection -> new ArrayList<>())
                        .add(index);
            }
        }
        kept = indexes;
    }

    /** All that writes must keep, by collection. The writer's. */
    Map<Long, List<Index>> kept() {
        return kept;
    }

    boolean hasIndexes(long collection) {
        return kept.containsKey(collection);
    }

    /**
     * After the document itself was written or deleted.
     *
     * @return what it adds to the log, about
     */
    long replace(
            Database database,
            long collection,
            String id,
            Optional<StoredDocument> before,
            Optional<StoredDocument> after)
            throws SQLException {
        if (before.isPresent() != after.isPresent()) {
            entries.onDocument(database, collection, id, after.isPresent());
        }
        List<Index> indexes = kept.get(collection);
        if (indexes == null) {
            return 0;
        }
        long bytes = 0;
        for (Index index : indexes) {
            byte @Nullable [] old = before.map(document -> IndexPlan.entryKey(index.definition(), document))
                    .orElse(null);
            byte @Nullable [] key = after.map(document -> IndexPlan.entryKey(index.definition(), document))
                    .orElse(null);
            if (old != null && key != null && Arrays.equals(old, key)) {
                continue;
            }
            // A key lies anywhere in its index, so its page is its own.
            if (old != null) {
                entries.delete(database, index, old, id);
                bytes += Database.PAGE_BYTES;
            }
            if (key != null) {
                entries.put(database, index, key, id);
                bytes += Database.PAGE_BYTES;
            }
        }
        return bytes;
    }

    /** Registers what is missing and gives up what is no longer wanted; {@link #advance} does the rest. */
    void define(Database database, long collection, List<IndexDefinition> wanted) throws SQLException {
        List<Index> present = kept.getOrDefault(collection, List.of());
        for (Index index : present) {
            if (!wanted.contains(index.definition())) {
                setState(database, index.number(), DROPPED, null);
            }
        }
        List<IndexDefinition> defined = present.stream().map(Index::definition).toList();
        for (IndexDefinition definition : wanted.stream().distinct().toList()) {
            if (!defined.contains(definition)) {
                PreparedStatement register = database.prepare(REGISTER);
                register.setLong(1, collection);
                register.setObject(2, codec.writeFields(collection, definition.toString()));
                register.executeUpdate();
            }
        }
    }

    /** Takes one step of dropping or building an index. False if nothing is left to do. */
    boolean advance(Database database) throws SQLException {
        Index index;
        int state;
        byte[] builtThrough;
        try (ResultSet row = database.prepare(FIND_UNFINISHED).executeQuery()) {
            if (!row.next()) {
                return false;
            }
            index = read(row);
            state = row.getInt(4);
            byte[] through = row.getBytes(5);
            // No id is as small as a single 00.
            builtThrough = through == null ? new byte[1] : through;
        }
        if (state == DROPPED) {
            drop(database, index);
        } else {
            build(database, index, builtThrough);
        }
        return true;
    }

    private void drop(Database database, Index index) throws SQLException {
        if (!entries.drop(database, index)) {
            PreparedStatement forget = database.prepare(FORGET);
            forget.setLong(1, index.number());
            forget.executeUpdate();
            definitions.remove(index.number());
        }
    }

    private void build(Database database, Index index, byte[] builtThrough) throws SQLException {
        List<StoredDocument> step = new ArrayList<>();
        PreparedStatement next = database.prepare(BUILD_STEP);
        next.setLong(1, index.collection());
        next.setBytes(2, builtThrough);
        boolean atEnd = true;
        try (ResultSet row = next.executeQuery()) {
            long bytes = 0;
            while (row.next()) {
                StoredDocument document = documents.read(row, 1, index.collection());
                step.add(document);
                bytes += document.body().length;
                if (bytes >= STEP_BYTES || step.size() == STEP_DOCUMENTS) {
                    atEnd = false;
                    break;
                }
            }
        }
        for (StoredDocument document : step) {
            entries.put(database, index, IndexPlan.entryKey(index.definition(), document), document.id());
        }
        byte @Nullable [] through = atEnd
                ? null
                : codec.key(index.collection(), step.get(step.size() - 1).id());
        setState(database, index.number(), atEnd ? COMPLETE : BUILDING, through);
    }

    /** What was built so far was kept in memory, and is gone: begins anew. */
    void rebuildUnfinished(Database database) throws SQLException {
        database.execute("UPDATE index_definition SET built_through = NULL WHERE state = " + BUILDING);
    }

    /** Deletes every entry; then every index is complete. */
    void clear(Database database) throws SQLException {
        entries.clear(database);
        database.execute("DELETE FROM index_definition WHERE state = " + DROPPED);
        database.execute("UPDATE index_definition SET state = " + COMPLETE + ", built_through = NULL");
    }

    private static void setState(Database database, long number, int state, byte @Nullable [] builtThrough)
            throws SQLException {
        PreparedStatement set = database.prepare(SET_STATE);
        set.setInt(1, state);
        set.setBytes(2, builtThrough);
        set.setLong(3, number);
        set.executeUpdate();
    }

    /** What a query may use, as the reader's snapshot has it. */
    List<Index> findComplete(Database reader, long collection) throws SQLException {
        PreparedStatement find = reader.prepare(FIND_COMPLETE);
        find.setLong(1, collection);
        List<Index> complete = new ArrayList<>();
        try (ResultSet row = find.executeQuery()) {
            while (row.next()) {
                complete.add(read(row));
            }
        }
        return complete;
    }

    private Index read(ResultSet row) throws SQLException {
        Index known = definitions.get(row.getLong(1));
        if (known != null) {
            return known;
        }
        List<SortField> fields = Stream.of(
                        codec.readFields(row.getLong(2), row.getBytes(3)).split(","))
                .map(SortField::parse)
                .toList();
        Index index = new Index(row.getLong(1), row.getLong(2), new IndexDefinition(fields));
        definitions.put(index.number(), index);
        return index;
    }
}
