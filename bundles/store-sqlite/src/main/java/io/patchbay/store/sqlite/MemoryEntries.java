package io.patchbay.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.query.KeyRange;
import io.patchbay.store.sqlite.Database.Step;
import io.patchbay.store.sqlite.IndexTables.Index;
import io.patchbay.store.sqlite.MemoryIndex.Edit;
import io.patchbay.store.sqlite.MemoryIndex.Entry;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/**
 * The entries of a sealed store, in memory: on the disk they would show what is sealed. Besides those of the indexes there is one for each document, by its collection and id, for the file knows a keyed hash of the id alone.
 *
 * <p>What a transaction does to them is gathered, made just before its commit, and undone if that fails. Readers see it from that transaction's number on ({@link Pin}).
 */
final class MemoryEntries implements Entries, AutoCloseable {
    static final byte[] NO_ID = new byte[1];
    /** As SQLite is built. */
    private static final long LARGEST_BYTES = 1L << 30;

    private final String name = "patchbay-" + UUID.randomUUID();
    private final DocumentTable documents;
    private final long limitBytes;
    private final MemoryIndex ids;
    private final Map<Long, MemoryIndex> indexes = new ConcurrentHashMap<>();

    // The writer's: what the transaction under way does, and those which it empties.
    private final Map<MemoryIndex, List<Edit>> edits = new HashMap<>();
    private final List<Step> afterCommit = new ArrayList<>();
    private final Deque<Dead> dead = new ArrayDeque<>();
    private @Nullable String placedId;
    private long placedCollection;
    private long place;

    // While entries are filled: which were edited. Null when nobody asks. The writer's.
    private @Nullable Map<MemoryIndex, Set<ByteBuffer>> edited;

    // How many readers need what lives in a version. Guarded by itself.
    private final NavigableMap<Long, Integer> pins = new TreeMap<>();

    private record Dead(MemoryIndex index, List<Edit> edits, long version) {}

    /** @param limitBytes of memory for all entries, beyond which no index is added; none of them takes more by itself */
    MemoryEntries(DocumentTable documents, long limitBytes) throws SQLException {
        this.documents = documents;
        this.limitBytes = limitBytes;
        this.ids = new MemoryIndex(name + "-ids", limitBytes);
    }

    // --- what the writer does

    @Override
    public void onDocument(Database database, long collection, String id, boolean there) throws SQLException {
        edit(ids, idKey(collection, id.getBytes(UTF_8)), NO_ID, there, there ? place(database, collection, id) : 0);
    }

    @Override
    public void put(Database database, Index index, byte[] key, String id) throws SQLException {
        edit(require(index.number()), key, id.getBytes(UTF_8), true, place(database, index.collection(), id));
    }

    @Override
    public void delete(Database database, Index index, byte[] key, String id) throws SQLException {
        edit(require(index.number()), key, id.getBytes(UTF_8), false, 0);
    }

    private void edit(MemoryIndex index, byte[] key, byte[] id, boolean put, long at) {
        edits.computeIfAbsent(index, one -> new ArrayList<>()).add(new Edit(key, id, put, at));
    }

    // Several indexes ask for the same document.
    private long place(Database database, long collection, String id) throws SQLException {
        if (placedCollection != collection || !id.equals(placedId)) {
            place = documents.place(database, collection, id);
            placedCollection = collection;
            placedId = id;
        }
        return place;
    }

    @Override
    public boolean drop(Database database, Index index) {
        afterCommit.add(() -> {
            MemoryIndex dropped = indexes.remove(index.number());
            if (dropped != null) {
                dead.removeIf(gone -> gone.index() == dropped);
                dropped.close();
            }
        });
        return false;
    }

    @Override
    public void clear(Database database) {
        // Readers that are under way find nothing more.
        afterCommit.add(() -> {
            dead.clear();
            ids.clear();
            for (MemoryIndex index : indexes.values()) {
                index.clear();
            }
        });
    }

    /** Right before the commit of the transaction {@code version}. */
    void apply(long version) throws SQLException {
        try {
            for (Map.Entry<MemoryIndex, List<Edit>> edited : edits.entrySet()) {
                edited.getKey().apply(edited.getValue(), version);
            }
        } catch (SQLException e) {
            if (e.getErrorCode() == SQLiteErrorCode.SQLITE_FULL.code) {
                throw new PatchbayException(
                        ErrorCode.INDEX_MEMORY,
                        "An index of this store is full, at " + mebibytes(Math.min(limitBytes, LARGEST_BYTES))
                                + " MiB of memory: drop the index, delete documents, or give the store more by a swap ('patchbay store swap documents --to sqlite', with --set "
                                + SqliteConfig.INDEX_MEMORY
                                + "=N up to 1024, or with --plaintext for indexes on the disk).",
                        e);
            }
            throw e;
        }
    }

    /** After the commit. */
    void committed(long version) throws SQLException {
        for (Map.Entry<MemoryIndex, List<Edit>> edited : edits.entrySet()) {
            List<Edit> deletions =
                    edited.getValue().stream().filter(edit -> !edit.put()).toList();
            if (!deletions.isEmpty()) {
                dead.addLast(new Dead(edited.getKey(), deletions, version));
            }
        }
        noteEdits();
        List<Step> then = List.copyOf(afterCommit);
        forget();
        for (Step step : then) {
            step.run();
        }
        long needed = oldestPin(version);
        while (!dead.isEmpty() && dead.peekFirst().version() <= needed) {
            Dead gone = dead.removeFirst();
            gone.index().purge(gone.edits(), gone.version());
        }
    }

    /** If the transaction fails, at whatever step. */
    void undo(long version) throws SQLException {
        Map<MemoryIndex, List<Edit>> undone = new HashMap<>(edits);
        forget();
        for (Map.Entry<MemoryIndex, List<Edit>> edited : undone.entrySet()) {
            List<Edit> reversed = new ArrayList<>(edited.getValue());
            Collections.reverse(reversed);
            edited.getKey().undo(reversed, version);
        }
    }

    private void forget() {
        edits.clear();
        afterCommit.clear();
        placedId = null;
    }

    // --- what fills them, between two writes

    /** From now on, {@link #wasEdited} knows. */
    void watchEdits() {
        edited = new HashMap<>();
    }

    void ignoreEdits() {
        edited = null;
    }

    private void noteEdits() {
        Map<MemoryIndex, Set<ByteBuffer>> noted = edited;
        if (noted != null) {
            edits.forEach((index, done) -> {
                Set<ByteBuffer> documents = noted.computeIfAbsent(index, one -> new HashSet<>());
                done.forEach(edit -> documents.add(documentOf(index, edit)));
            });
        }
    }

    /** Whether this document's entry in the index was put or deleted since, in a transaction that was committed. */
    boolean wasEdited(MemoryIndex index, Edit edit) {
        Map<MemoryIndex, Set<ByteBuffer>> noted = edited;
        return noted != null && noted.getOrDefault(index, Set.of()).contains(documentOf(index, edit));
    }

    private ByteBuffer documentOf(MemoryIndex index, Edit edit) {
        return ByteBuffer.wrap(index == ids ? edit.key() : edit.id());
    }

    /** Entries of documents that were there before, for every reader. */
    void warm(Map<MemoryIndex, List<Edit>> found) throws SQLException {
        for (Map.Entry<MemoryIndex, List<Edit>> entries : found.entrySet()) {
            entries.getKey().apply(entries.getValue(), 0);
        }
    }

    MemoryIndex ids() {
        return ids;
    }

    /** Makes it, if it is not there. */
    MemoryIndex require(long number) throws SQLException {
        MemoryIndex index = indexes.get(number);
        if (index == null) {
            index = new MemoryIndex(name + "-" + number, limitBytes);
            indexes.put(number, index);
        }
        return index;
    }

    /** @throws PatchbayException INDEX_MEMORY if {@code more} bytes would be too many */
    void requireRoom(long more, String what) throws SQLException {
        long used = bytes();
        if (used + more > limitBytes) {
            throw new PatchbayException(
                    ErrorCode.INDEX_MEMORY,
                    what + " takes about " + mebibytes(more) + " MiB of memory, and with the " + mebibytes(used)
                            + " MiB in use that is over the store's limit of " + mebibytes(limitBytes)
                            + " MiB. A store can be given more: 'patchbay store swap documents --to sqlite --set "
                            + SqliteConfig.INDEX_MEMORY + "=" + 2 * mebibytes(limitBytes) + "'.");
        }
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }

    long bytes() throws SQLException {
        long bytes = ids.bytes();
        for (MemoryIndex index : indexes.values()) {
            bytes += index.bytes();
        }
        return bytes;
    }

    // --- what readers see

    /** Keeps all that lives in {@code version} or later, until it is closed. */
    final class Pin implements AutoCloseable {
        private final long version;

        private Pin(long version) {
            this.version = version;
        }

        @Override
        public void close() {
            synchronized (pins) {
                pins.merge(version, -1, (count, minus) -> count + minus == 0 ? null : count + minus);
            }
        }
    }

    /** Before the reader's snapshot is taken, which then is of this version or a later one. */
    Pin pin(long version) {
        synchronized (pins) {
            pins.merge(version, 1, Integer::sum);
        }
        return new Pin(version);
    }

    private long oldestPin(long version) {
        synchronized (pins) {
            return pins.isEmpty() ? version : Math.min(version, pins.firstKey());
        }
    }

    /** The index of a definition that is complete in the reader's snapshot; empty if it was dropped since. */
    @Nullable
    MemoryIndex find(long number) {
        return indexes.get(number);
    }

    /** Documents in order of collection and id, behind one of them. */
    List<Entry> documentsBehind(long collection, byte[] id, long version, int limit) throws SQLException {
        return ids.forward(idKey(collection, id), new byte[] {1}, new byte[] {(byte) 0xFF}, version, limit);
    }

    static KeyRange idRange(long collection, KeyRange range) {
        return new KeyRange(idKey(collection, range.from()), idKey(collection, range.to()), range.point());
    }

    /** Ordered as the number and then the id: the fewer bytes, the nearer to zero. */
    static byte[] idKey(long collection, byte[] id) {
        int bytes = bytesOf(collection);
        ByteBuffer key = ByteBuffer.allocate(1 + bytes + id.length);
        key.put((byte) (collection >= 0 ? 0x80 + bytes : 0x7F - bytes));
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            key.put((byte) (collection >> shift));
        }
        return key.put(id).array();
    }

    private static int bytesOf(long collection) {
        long magnitude = collection >= 0 ? collection : ~collection;
        return (Long.SIZE - Long.numberOfLeadingZeros(magnitude) + 7) / 8;
    }

    static long collectionOf(byte[] idKey) {
        int head = Byte.toUnsignedInt(idKey[0]);
        int bytes = head >= 0x80 ? head - 0x80 : 0x7F - head;
        long collection = head >= 0x80 ? 0 : -1;
        for (int i = 1; i <= bytes; i++) {
            collection = collection << 8 | Byte.toUnsignedInt(idKey[i]);
        }
        return collection;
    }

    @Override
    public void close() {
        ids.close();
        indexes.values().forEach(MemoryIndex::close);
    }
}
