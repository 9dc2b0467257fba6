package io.patchbay.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.IndexPlan;
import io.patchbay.store.sqlite.MemoryIndex.Entry;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a sealed store is queried: by its entries in memory, once they are filled, and until then what is small is read whole. */
final class SealedEntries implements AutoCloseable {
    /** Documents of a collection that is read whole while there are no entries. */
    private static final int SMALL = 2000;
    /** Documents that a forecast looks at. */
    private static final int SAMPLE = 256;
    /** What an entry takes beside its key and id, about, pages that are not full included. */
    private static final int ENTRY_BYTES = 24;

    private static final String SOME =
            "SELECT d.place, " + DocumentTable.COLUMNS + " FROM document d WHERE d.collection = ? LIMIT ?";
    private static final String COUNT = "SELECT count(*) FROM document WHERE collection = ?";

    private static final Logger LOG = LoggerFactory.getLogger(SealedEntries.class);

    private final SqliteDocumentStore store;
    private final DocumentTable documents;
    private final StateTable states;
    private final MemoryEntries entries;
    private final Warming warming;

    SealedEntries(SqliteDocumentStore store, DocumentTable documents, StateTable states, int limitMiB)
            throws SQLException {
        this.store = store;
        this.documents = documents;
        this.states = states;
        this.entries = new MemoryEntries(documents, (long) limitMiB << 20);
        this.warming = new Warming(documents, entries, store);
    }

    MemoryEntries entries() {
        return entries;
    }

    /** Fills the entries; returns when they are all there. */
    void warm() {
        warming.run();
    }

    Optional<String> findFault() {
        return warming.findFault();
    }

    long memoryBytes() {
        return store.guarded(entries::bytes);
    }

    // --- what the writer does

    void apply(long version) throws SQLException {
        entries.apply(version);
    }

    void committed(long version) {
        try {
            entries.committed(version);
        } catch (SQLException | PatchbayException e) {
            // The write is durable whatever happens here; what is not deleted yet is no reader's any more.
            LOG.warn("Entries of indexes in memory could not be deleted: {}", e.getMessage());
        }
    }

    void undo(long version) {
        try {
            entries.undo(version);
        } catch (SQLException e) {
            LOG.error("The indexes in memory are not what they were before a write that failed: restart the node", e);
        }
    }

    // --- what readers do

    /** @throws PatchbayException INDEX_WARMING */
    QuerySource open(long collection) {
        if (!warming.isWarm()) {
            Optional<QuerySource> small = store.read(reader -> findSmall(reader, collection));
            if (small.isPresent()) {
                return small.get();
            }
            warming.awaitBriefly();
        }
        return snapshot(collection);
    }

    private Optional<QuerySource> findSmall(Database reader, long collection) throws SQLException {
        List<StoredDocument> some = readSome(reader, collection, SMALL + 1);
        return some.size() > SMALL ? Optional.empty() : Optional.of(new SmallPlanSource(some));
    }

    private List<StoredDocument> readSome(Database reader, long collection, int limit) throws SQLException {
        PreparedStatement query = reader.prepare(SOME);
        query.setLong(1, collection);
        query.setInt(2, limit);
        List<StoredDocument> some = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                try {
                    some.add(documents.read(row, 2, collection));
                } catch (PatchbayException e) {
                    warming.leaveOut(row.getLong(1), e);
                }
            }
        }
        return some;
    }

    private QuerySource snapshot(long collection) {
        Database reader = store.acquire();
        MemoryEntries.Pin pin = entries.pin(store.lastRow().writes());
        boolean handedOver = false;
        try {
            QuerySource source = store.guarded(() -> {
                synchronized (reader) {
                    reader.run("BEGIN");
                    long version = states.read(reader).writes();
                    return new SealedPlanSource(
                            store,
                            documents,
                            entries,
                            pin,
                            reader,
                            version,
                            collection,
                            store.findComplete(reader, collection));
                }
            });
            handedOver = true;
            return source;
        } finally {
            if (!handedOver) {
                synchronized (reader) {
                    reader.rollBack();
                }
                store.release(reader);
                pin.close();
            }
        }
    }

    /** Documents in order, behind one of them; waits until there are entries. */
    List<StoredDocument> scan(Optional<DocumentKey> after, int limit) {
        warming.await();
        long collection = after.map(DocumentKey::collection).orElse(Long.MIN_VALUE);
        byte[] id = after.map(key -> key.id().getBytes(UTF_8)).orElse(new byte[0]);
        try (MemoryEntries.Pin pin = entries.pin(store.lastRow().writes())) {
            return store.read(reader -> {
                reader.run("BEGIN");
                try {
                    List<StoredDocument> found = new ArrayList<>();
                    long version = states.read(reader).writes();
                    for (Entry entry : entries.documentsBehind(collection, id, version, limit)) {
                        long owner = MemoryEntries.collectionOf(entry.key());
                        documents.findAt(reader, owner, entry.place()).ifPresent(found::add);
                    }
                    return found;
                } finally {
                    reader.rollBack();
                }
            });
        }
    }

    /** @throws PatchbayException INDEX_MEMORY if the entries of these indexes would take more than is left */
    void requireRoom(long collection, List<IndexDefinition> definitions) {
        store.read(reader -> {
            List<IndexDefinition> there = store.findComplete(reader, collection).stream()
                    .map(IndexTables.Index::definition)
                    .toList();
            List<StoredDocument> sample = readSome(reader, collection, SAMPLE);
            if (sample.isEmpty()) {
                return true;
            }
            PreparedStatement count = reader.prepare(COUNT);
            count.setLong(1, collection);
            long all;
            try (ResultSet row = count.executeQuery()) {
                row.next();
                all = row.getLong(1);
            }
            for (IndexDefinition definition : definitions) {
                if (!there.contains(definition)) {
                    entries.requireRoom(all * bytesOf(definition, sample), "An index by " + definition);
                }
            }
            return true;
        });
    }

    private static long bytesOf(IndexDefinition definition, List<StoredDocument> sample) {
        long bytes = 0;
        for (StoredDocument document : sample) {
            bytes += IndexPlan.entryKey(definition, document).length
                    + document.id().getBytes(UTF_8).length;
        }
        // Pages are about three quarters full.
        return (bytes / sample.size() + ENTRY_BYTES) * 4 / 3;
    }

    /** Whoever waits for entries is told that the store is closed. */
    void stopWaiting() {
        warming.close();
    }

    @Override
    public void close() {
        entries.close();
    }
}
