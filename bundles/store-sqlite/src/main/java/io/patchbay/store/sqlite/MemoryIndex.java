package io.patchbay.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The entries of one index, ordered by key and id, in a database in memory; or the ids of all documents, ordered by collection.
 *
 * <p>An entry knows in which of the writer's transactions it was born and died, and stays until no reader's snapshot needs it. So a scan sees one moment though it reads in steps, between which writes pass: a database in memory has no snapshots of its own, and would let one of
 * them wait for the other.
 *
 * <p>Reading: any thread. Writing: one thread at a time, the writer's or the builder's.
 */
final class MemoryIndex implements AutoCloseable {
    /** What {@code died} says of an entry that lives. */
    private static final int LIVES = 0;
    /** Entries that are written while readers wait. */
    private static final int SLICE = 256;

    private static final int WRITER_CACHE_KB = 1024;
    private static final int READER_CACHE_KB = 128;

    private static final String TABLE =
            "CREATE TABLE entry (key BLOB NOT NULL, id BLOB NOT NULL, died INTEGER NOT NULL, born INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (key, id, died)) WITHOUT ROWID";
    private static final String PUT =
            "INSERT OR IGNORE INTO entry (key, id, died, born, place) VALUES (?, ?, " + LIVES + ", ?, ?)";
    private static final String ERASE = "DELETE FROM entry WHERE key = ? AND id = ? AND died = ? AND born >= ?";
    private static final String SET_DIED = "UPDATE entry SET died = ? WHERE key = ? AND id = ? AND died = ?";

    private static final String VISIBLE = " AND born <= ? AND (died = " + LIVES + " OR died > ?)";
    private static final String FORWARD = "SELECT key, id, place FROM entry WHERE (key, id) >= (?, ?) AND key < ?"
            + VISIBLE + " ORDER BY key, id LIMIT ?";
    private static final String BACKWARD = "SELECT key, id, place FROM entry WHERE key >= ? AND key < ?" + VISIBLE
            + " ORDER BY key DESC, id DESC LIMIT ?";
    private static final String COUNT =
            "SELECT count(*) FROM (SELECT 1 FROM entry WHERE key >= ? AND key < ?" + VISIBLE + " LIMIT ?)";

    private final String name;
    private final Database writer;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final ConcurrentLinkedDeque<Database> readers = new ConcurrentLinkedDeque<>();
    private boolean closed;

    /** @param place of the document */
    record Entry(byte[] key, byte[] id, long place) {}

    /** What the writer does to an entry. */
    record Edit(byte[] key, byte[] id, boolean put, long place) {}

    /**
     * @param name of no other index of this process
     * @param mostBytes that it may take; SQLite itself allows 1 GiB
     */
    MemoryIndex(String name, long mostBytes) throws SQLException {
        this.name = name;
        this.writer = Database.openMemory(name, WRITER_CACHE_KB);
        try {
            writer.execute("PRAGMA max_page_count = " + mostBytes / Database.PAGE_BYTES);
            writer.execute(TABLE);
        } catch (SQLException e) {
            writer.close();
            throw e;
        }
    }

    /** In order, for snapshots from {@code version} on. */
    void apply(List<Edit> edits, long version) throws SQLException {
        inSlices(edits, edit -> {
            if (edit.put()) {
                put(edit, version);
            } else if (!erase(edit, LIVES, version)) {
                setDied(edit, LIVES, version);
            }
        });
    }

    /** As if {@link #apply} had not been: in the reverse order. */
    void undo(List<Edit> reversed, long version) throws SQLException {
        inSlices(reversed, edit -> {
            if (edit.put()) {
                erase(edit, LIVES, version);
            } else {
                setDied(edit, version, LIVES);
            }
        });
    }

    /** Deletes for good what died in {@code version}. */
    void purge(List<Edit> dead, long version) throws SQLException {
        inSlices(dead, edit -> erase(edit, version, 0));
    }

    /** For readers that are under way, too. */
    void clear() throws SQLException {
        lock.writeLock().lock();
        try {
            requireOpen();
            writer.execute("DELETE FROM entry");
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void put(Edit edit, long version) throws SQLException {
        PreparedStatement put = writer.prepare(PUT);
        put.setBytes(1, edit.key());
        put.setBytes(2, edit.id());
        put.setLong(3, version);
        put.setLong(4, edit.place());
        put.executeUpdate();
    }

    private boolean erase(Edit edit, long died, long bornFrom) throws SQLException {
        PreparedStatement erase = writer.prepare(ERASE);
        erase.setBytes(1, edit.key());
        erase.setBytes(2, edit.id());
        erase.setLong(3, died);
        erase.setLong(4, bornFrom);
        return erase.executeUpdate() > 0;
    }

    private void setDied(Edit edit, long from, long to) throws SQLException {
        PreparedStatement set = writer.prepare(SET_DIED);
        set.setLong(1, to);
        set.setBytes(2, edit.key());
        set.setBytes(3, edit.id());
        set.setLong(4, from);
        set.executeUpdate();
    }

    private interface Work {
        void run(Edit edit) throws SQLException;
    }

    private void inSlices(List<Edit> edits, Work work) throws SQLException {
        for (int from = 0; from < edits.size(); from += SLICE) {
            lock.writeLock().lock();
            try {
                requireOpen();
                writer.run("BEGIN IMMEDIATE");
                boolean done = false;
                try {
                    for (Edit edit : edits.subList(from, Math.min(edits.size(), from + SLICE))) {
                        work.run(edit);
                    }
                    writer.run("COMMIT");
                    done = true;
                } finally {
                    if (!done) {
                        writer.rollBack();
                    }
                }
            } finally {
                lock.writeLock().unlock();
            }
        }
    }

    /**
     * The next entries, in order.
     *
     * @param from at or behind this key and id
     * @param to before this key
     */
    List<Entry> forward(byte[] from, byte[] id, byte[] to, long version, int limit) throws SQLException {
        return read(FORWARD, query -> {
            query.setBytes(1, notNull(from));
            query.setBytes(2, notNull(id));
            query.setBytes(3, to);
            query.setLong(4, version);
            query.setLong(5, version);
            query.setInt(6, limit);
            return entries(query);
        });
    }

    /** The last entries with a key from {@code from} to before {@code to}, in reverse. */
    List<Entry> backward(byte[] from, byte[] to, long version, int limit) throws SQLException {
        return read(BACKWARD, query -> {
            bind(query, from, to, version);
            query.setInt(5, limit);
            return entries(query);
        });
    }

    /** At most {@code limit}. */
    int count(byte[] from, byte[] to, long version, int limit) throws SQLException {
        return read(COUNT, query -> {
            bind(query, from, to, version);
            query.setInt(5, limit);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        });
    }

    Optional<byte[]> findLastKey(byte[] from, byte[] to, long version) throws SQLException {
        return backward(from, to, version, 1).stream().map(Entry::key).findFirst();
    }

    private static void bind(PreparedStatement query, byte[] from, byte[] to, long version) throws SQLException {
        query.setBytes(1, notNull(from));
        query.setBytes(2, to);
        query.setLong(3, version);
        query.setLong(4, version);
    }

    // The driver binds no bytes at all as NULL; neither a key nor an id lies between the two.
    private static byte[] notNull(byte[] bytes) {
        return bytes.length == 0 ? new byte[1] : bytes;
    }

    private static List<Entry> entries(PreparedStatement query) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                entries.add(new Entry(row.getBytes(1), row.getBytes(2), row.getLong(3)));
            }
        }
        return entries;
    }

    private interface Read<T> {
        T run(PreparedStatement query) throws SQLException;
    }

    private <T> T read(String sql, Read<T> work) throws SQLException {
        lock.readLock().lock();
        try {
            requireOpen();
            Database reader = readers.pollFirst();
            if (reader == null) {
                reader = Database.openMemory(name, READER_CACHE_KB);
            }
            try {
                return work.run(reader.prepare(sql));
            } finally {
                readers.addFirst(reader);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw SqliteDocumentStore.closed();
        }
    }

    long bytes() throws SQLException {
        lock.readLock().lock();
        try {
            requireOpen();
            synchronized (writer) {
                return writer.queryLong("PRAGMA page_count") * Database.PAGE_BYTES;
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            readers.forEach(Database::close);
            readers.clear();
            writer.close();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
