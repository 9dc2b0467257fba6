package io.patchbay.store.h2;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.IndexPlan.Place;
import io.patchbay.api.query.KeyRange;
import io.patchbay.api.query.PlanSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.h2.mvstore.Cursor;
import org.jspecify.annotations.Nullable;

/** One collection as a snapshot has it. Holds the snapshot until closed. */
final class H2PlanSource implements PlanSource {
    /** Entries that may be read and sorted before reading in order is preferred. */
    private static final int NARROW_ENTRIES = 5000;

    private final H2DocumentStore store;
    private final Snapshot snapshot;
    private final long collection;
    private boolean closed;

    H2PlanSource(H2DocumentStore store, Snapshot snapshot, long collection) {
        this.store = store;
        this.snapshot = snapshot;
        this.collection = collection;
    }

    List<IndexDefinition> indexes() {
        return snapshot.indexes().stream()
                .filter(index -> index.collection() == collection)
                .map(IndexEntries.Index::definition)
                .toList();
    }

    private long number(IndexDefinition definition) {
        return snapshot.indexes().stream()
                .filter(index ->
                        index.collection() == collection && index.definition().equals(definition))
                .findFirst()
                .orElseThrow()
                .number();
    }

    boolean isNarrow(IndexDefinition index, List<KeyRange> ranges) {
        return store.guarded(() -> {
            long number = number(index);
            int left = NARROW_ENTRIES;
            for (KeyRange range : ranges) {
                byte[] end = Entry.before(number, range.to());
                Cursor<byte[], byte[]> entries = snapshot.entries(Entry.before(number, range.from()), false);
                while (entries.hasNext() && Entry.compare(entries.next(), end) < 0) {
                    if (--left < 0) {
                        return false;
                    }
                }
            }
            return true;
        });
    }

    @Override
    public Rows documents(KeyRange range, boolean backward) {
        return store.guarded(() -> {
            byte[] first = Bytes.key(collection, range.from());
            byte[] end = Bytes.key(collection, range.to());
            Cursor<byte[], byte[]> documents = snapshot.documents(backward ? end : first, backward);
            return new H2Rows(
                    documents,
                    key -> backward ? Arrays.compareUnsigned(key, first) < 0 : Arrays.compareUnsigned(key, end) >= 0) {
                @Override
                boolean skips(byte[] key) {
                    return backward && Arrays.equals(key, end);
                }

                @Override
                Row row(byte[] key, byte[] value) {
                    return new Row(Bytes.NONE, Records.document(key, value));
                }
            };
        });
    }

    @Override
    public Rows entries(IndexDefinition index, KeyRange range, Optional<Place> after) {
        return store.guarded(() -> {
            long number = number(index);
            byte[] end = Entry.before(number, range.to());
            byte[] first = after.map(place -> Entry.of(number, place.key(), place.id()))
                    .orElse(Entry.before(number, range.from()));
            return new H2Rows(snapshot.entries(first, false), key -> Entry.compare(key, end) >= 0) {
                @Override
                boolean skips(byte[] key) {
                    return after.isPresent() && Arrays.equals(key, first);
                }

                @Override
                Row row(byte[] key, byte[] value) {
                    String id = new String(Entry.id(key), UTF_8);
                    StoredDocument document = snapshot.find(collection, id).orElseThrow();
                    return new Row(Entry.key(key), document);
                }
            };
        });
    }

    @Override
    public Optional<byte[]> findLastKey(IndexDefinition index, KeyRange range) {
        return store.guarded(() -> {
            long number = number(index);
            Cursor<byte[], byte[]> entries = snapshot.entries(Entry.before(number, range.to()), true);
            if (!entries.hasNext()) {
                return Optional.empty();
            }
            byte[] entry = entries.next();
            boolean inside = Entry.compare(entry, Entry.before(number, range.from())) >= 0;
            return inside ? Optional.of(Entry.key(entry)) : Optional.empty();
        });
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            snapshot.release();
        }
    }

    private interface End {
        boolean isBehind(byte[] key);
    }

    private abstract class H2Rows implements Rows {
        private final Cursor<byte[], byte[]> cursor;
        private final End end;

        H2Rows(Cursor<byte[], byte[]> cursor, End end) {
            this.cursor = cursor;
            this.end = end;
        }

        abstract boolean skips(byte[] key);

        abstract Row row(byte[] key, byte[] value);

        @Override
        public @Nullable Row next() {
            return store.guardedOrNull(() -> {
                while (cursor.hasNext()) {
                    byte[] key = cursor.next();
                    if (end.isBehind(key)) {
                        return null;
                    }
                    if (!skips(key)) {
                        return row(key, cursor.getValue());
                    }
                }
                return null;
            });
        }

        @Override
        public void close() {
            // A cursor holds nothing but memory.
        }
    }
}
