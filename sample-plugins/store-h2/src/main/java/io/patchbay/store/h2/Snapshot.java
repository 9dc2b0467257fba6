package io.patchbay.store.h2;

import io.patchbay.api.document.StoredDocument;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.RootReference;
import org.jspecify.annotations.Nullable;

/**
 * The store as its last durable batch left it. MVStore never changes a page: whoever has the roots of the maps has all of that moment, as long as the version is registered as being
 * used. So a snapshot counts its users, and is let go of when a newer one has replaced it and the last of them is gone. Any thread.
 */
final class Snapshot {
    private final Maps maps;
    private final StateRecord state;
    private final List<IndexEntries.Index> indexes;
    private final RootReference<byte[], byte[]> documents;
    private final RootReference<byte[], byte[]> changes;
    private final RootReference<byte[], byte[]> outcomes;
    private final RootReference<byte[], byte[]> entries;
    private final MVStore.TxCounter version;
    // The store's own use counts as one.
    private final AtomicInteger uses = new AtomicInteger(1);

    /** Right after a commit, by the writer. */
    Snapshot(Maps maps, StateRecord state, List<IndexEntries.Index> indexes) {
        this.maps = maps;
        this.state = state;
        this.indexes = List.copyOf(indexes);
        this.version = maps.store().registerVersionUsage();
        this.documents = maps.documents().flushAndGetRoot();
        this.changes = maps.changes().flushAndGetRoot();
        this.outcomes = maps.outcomes().flushAndGetRoot();
        this.entries = maps.entries().flushAndGetRoot();
    }

    /** False if it is gone already: then there is a newer one. */
    boolean retain() {
        return uses.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    void release() {
        if (uses.decrementAndGet() == 0) {
            maps.store().deregisterVersionUsage(version);
        }
    }

    StateRecord state() {
        return state;
    }

    /** Those that queries may use. */
    List<IndexEntries.Index> indexes() {
        return indexes;
    }

    Optional<StoredDocument> find(long collection, String id) {
        byte[] key = Records.documentKey(collection, id);
        return Optional.ofNullable(get(maps.documents(), documents, key)).map(value -> Records.document(key, value));
    }

    byte @Nullable [] findOutcome(byte[] key) {
        return get(maps.outcomes(), outcomes, key);
    }

    private static byte @Nullable [] get(MVMap<byte[], byte[]> map, RootReference<byte[], byte[]> root, byte[] key) {
        return map.get(root.root, key);
    }

    /** From {@code from}, included. */
    Cursor<byte[], byte[]> documents(byte[] from, boolean backward) {
        return maps.documents().cursor(documents, from, null, backward);
    }

    Cursor<byte[], byte[]> changes(byte[] from) {
        return maps.changes().cursor(changes, from, null, false);
    }

    Cursor<byte[], byte[]> outcomes(byte[] from) {
        return maps.outcomes().cursor(outcomes, from, null, false);
    }

    Cursor<byte[], byte[]> entries(byte[] from, boolean backward) {
        return maps.entries().cursor(entries, from, null, backward);
    }
}
