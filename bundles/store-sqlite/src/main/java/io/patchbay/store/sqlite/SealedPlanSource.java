package io.patchbay.store.sqlite;

import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.IndexPlan.Place;
import io.patchbay.api.query.KeyRange;
import io.patchbay.store.sqlite.MemoryIndex.Entry;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One collection of a sealed store, as a reader's transaction sees it: the entries from memory, a few at a time, and the document of each from the file.
 */
final class SealedPlanSource implements QuerySource {
    private static final int FIRST_STEP = 32;
    private static final int LARGEST_STEP = 1024;

    private final SqliteDocumentStore store;
    private final DocumentTable documents;
    private final MemoryEntries entries;
    private final MemoryEntries.Pin pin;
    private final Database database;
    private final long version;
    private final long collection;
    private final List<IndexTables.Index> indexes;
    private boolean closed;

    /** Takes over {@code database}, in a transaction whose snapshot is {@code version}, and {@code pin}. */
    SealedPlanSource(
            SqliteDocumentStore store,
            DocumentTable documents,
            MemoryEntries entries,
            MemoryEntries.Pin pin,
            Database database,
            long version,
            long collection,
            List<IndexTables.Index> indexes) {
        this.store = store;
        this.documents = documents;
        this.entries = entries;
        this.pin = pin;
        this.database = database;
        this.version = version;
        this.collection = collection;
        this.indexes = indexes;
    }

    @Override
    public List<IndexDefinition> indexes() {
        // One that was dropped since the snapshot has no entries any more.
        return indexes.stream()
                .filter(index -> entries.find(index.number()) != null)
                .map(IndexTables.Index::definition)
                .toList();
    }

    @Override
    public boolean isNarrow(IndexDefinition index, List<KeyRange> ranges) {
        return store.guarded(() -> {
            int left = NARROW_ENTRIES;
            for (KeyRange range : ranges) {
                left -= memory(index).count(range.from(), range.to(), version, left + 1);
                if (left < 0) {
                    return false;
                }
            }
            return true;
        });
    }

    @Override
    public Rows documents(KeyRange range, boolean backward) {
        KeyRange keys = MemoryEntries.idRange(collection, range);
        return new EntryRows(entries.ids(), keys, keys.from(), new byte[0], backward, false);
    }

    @Override
    public Rows entries(IndexDefinition index, KeyRange range, Optional<Place> after) {
        return after.isPresent()
                ? new EntryRows(
                        memory(index),
                        range,
                        after.get().key(),
                        behind(after.get().id()),
                        false,
                        true)
                : new EntryRows(memory(index), range, range.from(), new byte[0], false, true);
    }

    private static byte[] behind(byte[] id) {
        return Arrays.copyOf(id, id.length + 1);
    }

    @Override
    public Optional<byte[]> findLastKey(IndexDefinition index, KeyRange range) {
        return store.guarded(() -> memory(index).findLastKey(range.from(), range.to(), version));
    }

    private MemoryIndex memory(IndexDefinition definition) {
        return indexes.stream()
                .filter(index -> index.definition().equals(definition))
                .map(index -> entries.find(index.number()))
                .findFirst()
                .orElseThrow(SqliteDocumentStore::indexDropped);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            synchronized (database) {
                database.rollBack();
            }
            store.release(database);
            pin.close();
        }
    }

    private final class EntryRows implements Rows {
        private final MemoryIndex index;
        private final KeyRange range;
        private final boolean backward;
        private final boolean keyed;
        private final Deque<Entry> read = new ArrayDeque<>();
        private byte[] nextKey;
        private byte[] nextId;
        private int step = FIRST_STEP;
        private boolean atEnd;

        private EntryRows(
                MemoryIndex index, KeyRange range, byte[] firstKey, byte[] firstId, boolean backward, boolean keyed) {
            this.index = index;
            this.range = range;
            this.backward = backward;
            this.keyed = keyed;
            this.nextKey = backward ? range.to() : firstKey;
            this.nextId = firstId;
        }

        @Override
        public @Nullable Row next() {
            return store.guardedOrNull(() -> {
                if (read.isEmpty() && !atEnd) {
                    readOn();
                }
                Entry entry = read.pollFirst();
                return entry == null ? null : new Row(keyed ? entry.key() : new byte[0], document(entry));
            });
        }

        private void readOn() throws SQLException {
            List<Entry> more = backward
                    ? index.backward(range.from(), nextKey, version, step)
                    : index.forward(nextKey, nextId, range.to(), version, step);
            atEnd = more.size() < step;
            if (!more.isEmpty()) {
                Entry last = more.get(more.size() - 1);
                // Backward is for ids alone, each of which is a key of its own.
                nextKey = last.key();
                nextId = behind(last.id());
            }
            read.addAll(more);
            step = Math.min(2 * step, LARGEST_STEP);
        }

        private StoredDocument document(Entry entry) throws SQLException {
            synchronized (database) {
                return documents
                        .findAt(database, collection, entry.place())
                        .orElseThrow(() -> new IllegalStateException("an entry without its document"));
            }
        }

        @Override
        public void close() {
            read.clear();
            atEnd = true;
        }
    }
}
