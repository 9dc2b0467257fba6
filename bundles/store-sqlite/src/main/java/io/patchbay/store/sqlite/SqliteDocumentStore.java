package io.patchbay.store.sqlite;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.crypto.Sealer;
import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.LoadBatch;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Totals;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.feed.Change;
import io.patchbay.api.query.IndexPlan;
import io.patchbay.api.query.PlannedScan;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Documents, change records, outcomes and indexes in one SQLite file.
 *
 * <p>One connection writes, under {@link #writing}: the committer's batches, and between them the steps of whoever builds an index. Each write is one transaction with a new
 * {@link StateTable.Row}. Readers have connections of their own and see the last durable transaction; a query keeps its snapshot until its scan is closed.
 *
 * <p>A failed write is rolled back and followed by a small one: the log's frames of a transaction whose commit failed only in the last sync would otherwise be found whole
 * after a crash, though the caller was told that nothing was written.
 */
final class SqliteDocumentStore implements DocumentStore {
    private static final String FILE = "documents.sqlite";
    /** Change records that one transaction of trimming deletes, about. */
    private static final int TRIM_STEP = 10_000;
    /** What a write adds to the log beside its documents and entries, about: pages are written whole. */
    private static final int LOG_BYTES_PER_WRITE = 8 * Database.PAGE_BYTES;

    private static final Logger LOG = LoggerFactory.getLogger(SqliteDocumentStore.class);

    private final Path directory;
    private final SqliteMeters meters;
    private final Consumer<SqliteDocumentStore> onClosed;
    private final StoreLock lock;
    private final Database writer;
    // For syncing alone. Closed after every connection: by closing any descriptor of a file, a process gives up all its
    // locks on it.
    private final FileChannel syncing;
    private final ReadPool readers;
    private final Checkpointer checkpointer;
    private final DocumentTable documents;
    private final ChangeTable changes;
    private final OutcomeTable outcomes;
    private final IndexTables indexes;
    private final StateTable stateTable;
    private final Optional<SealedEntries> sealed;
    // Fair, so that an index being built lets every batch pass in between.
    private final Lock writing;
    private final AtomicInteger building = new AtomicInteger();
    private final AutoCloseable gauges;
    private final Thread indexBuilder = new Thread(this::finishIndexes, "store-sqlite-index-builder");
    // Written under the writer's lock, after the transaction that wrote it is durable.
    private volatile StateTable.Row state;
    private volatile boolean closed;

    /** What a transaction of the writer's does. */
    @FunctionalInterface
    private interface Write {
        /** @return the new state, and how many bytes were written besides it, about */
        Written run(StateTable.Row before) throws SQLException;
    }

    private record Written(StateTable.Row after, long bytes) {}

    /** What may fail with SQLite. */
    @FunctionalInterface
    interface SqlCall<T extends @Nullable Object> {
        T run() throws SQLException;
    }

    private SqliteDocumentStore(
            Path directory,
            SqliteConfig config,
            Optional<Sealer> sealer,
            SqliteMeters meters,
            Consumer<SqliteDocumentStore> onClosed,
            StoreLock lock,
            Database writer,
            FileChannel syncing)
            throws SQLException {
        this.directory = directory;
        this.meters = meters;
        this.onClosed = onClosed;
        this.lock = lock;
        this.writer = writer;
        this.syncing = syncing;
        this.writing = new ReentrantLock(true);
        Path file = directory.resolve(FILE);
        Optional<SealedRecords> records = sealer.map(SealedRecords::new);
        RecordCodec codec = records.isPresent() ? records.get() : RecordCodec.PLAIN;
        if (records.isPresent()) {
            Schema.requireSealed(writer, file, () -> StateTable.createSealed(writer, codec));
        } else {
            Schema.require(writer, file);
        }
        this.stateTable = StateTable.takeOver(writer, codec, records.isPresent());
        this.documents = new DocumentTable(codec);
        this.changes = new ChangeTable(codec);
        this.outcomes = records.isPresent() ? new SealedOutcomes(records.get()) : new PlainOutcomes();
        this.sealed = records.isPresent()
                ? Optional.of(new SealedEntries(this, documents, stateTable, config.indexMemoryMiB()))
                : Optional.empty();
        this.indexes = new IndexTables(
                documents, codec, sealed.isPresent() ? sealed.get().entries() : new DiskEntries());
        this.state = stateTable.read(writer);
        if (sealed.isPresent()) {
            indexes.rebuildUnfinished(writer);
        }
        indexes.reload(writer);
        this.readers = new ReadPool(file, config.readers(), meters);
        this.checkpointer = new Checkpointer(Database.openCheckpointer(file), syncing, writing, meters);
        this.gauges = meters.show(directory, this);
    }

    /** @param onClosed told once */
    static SqliteDocumentStore open(
            Path directory,
            SqliteConfig config,
            Optional<Sealer> sealer,
            SqliteMeters meters,
            Consumer<SqliteDocumentStore> onClosed) {
        StoreLock lock = StoreLock.take(directory);
        @Nullable Database writer = null;
        @Nullable FileChannel syncing = null;
        try {
            writer = Database.openWriter(directory.resolve(FILE));
            syncing = FileChannel.open(directory.resolve(FILE), StandardOpenOption.WRITE);
            SqliteDocumentStore store =
                    new SqliteDocumentStore(directory, config, sealer, meters, onClosed, lock, writer, syncing);
            store.start();
            return store;
        } catch (SQLException | IOException | RuntimeException | Error e) {
            // Of an Error too, such as a class or a library that is missing: the lock must not stay behind.
            if (writer != null) {
                writer.close();
            }
            if (syncing != null) {
                close(syncing);
            }
            lock.close();
            if (e instanceof Error error) {
                throw error;
            }
            throw e instanceof PatchbayException known ? known : failure(directory, e);
        }
    }

    private static void close(FileChannel syncing) {
        try {
            syncing.close();
        } catch (IOException e) {
            // Nothing was written through it.
        }
    }

    double fileBytes() {
        return directory.resolve(FILE).toFile().length();
    }

    double logBytes() {
        return directory.resolve(FILE + "-wal").toFile().length();
    }

    int readers() {
        return readers.size();
    }

    int readersBusy() {
        return readers.busy();
    }

    int readersWaiting() {
        return readers.waiting();
    }

    int building() {
        return building.get();
    }

    /** Not a number if the indexes are on the disk. */
    double indexMemoryBytes() {
        return sealed.map(entries -> (double) entries.memoryBytes()).orElse(Double.NaN);
    }

    private void start() {
        checkpointer.start();
        // What an earlier process began to build or drop.
        indexBuilder.setDaemon(true);
        indexBuilder.start();
    }

    private void finishIndexes() {
        building.incrementAndGet();
        try {
            if (sealed.isPresent()) {
                sealed.get().warm();
            }
            while (!closed && advanceIndexes()) {
                // Each step is a transaction of its own, between which writes pass.
            }
        } catch (PatchbayException e) {
            if (!closed) {
                LOG.warn("An index stays unfinished until the store is opened again: {}", e.getMessage());
            }
        } finally {
            building.decrementAndGet();
        }
    }

    @Override
    public StoreState state() {
        requireOpen();
        return state.state();
    }

    @Override
    public void begin(String epoch, long lastOffset) {
        write(before -> {
            for (String table : List.of("document", "change", "outcome")) {
                writer.execute("DELETE FROM " + table);
            }
            indexes.clear(writer);
            return new Written(
                    new StateTable.Row(new StoreState(epoch, lastOffset, lastOffset, Totals.ZERO), 0),
                    Checkpointer.KEPT_LOG_BYTES);
        });
    }

    @Override
    public void commit(CommitBatch batch) {
        if (batch.transactions().isEmpty()) {
            return;
        }
        write(before -> {
            long changeBytes = 0;
            long bytes = 0;
            for (Transaction transaction : batch.transactions()) {
                int index = 0;
                for (Mutation mutation : transaction.mutations()) {
                    bytes += apply(mutation);
                    changeBytes += changes.put(
                            writer,
                            new Change(
                                    transaction.offset(),
                                    index++,
                                    mutation.collection(),
                                    mutation.id(),
                                    transaction.committedAtMs(),
                                    mutation.after()));
                }
                if (transaction.outcome().isPresent()) {
                    outcomes.put(writer, transaction.outcome().get());
                }
            }
            StoreState old = before.state();
            StoreState now = new StoreState(old.epoch(), batch.lastOffset(), old.trimmedThrough(), batch.totals());
            return new Written(new StateTable.Row(now, before.changeBytes() + changeBytes), bytes + changeBytes);
        });
    }

    /** @return what it adds to the log, about */
    private long apply(Mutation mutation) throws SQLException {
        if (mutation.after().isPresent()) {
            documents.put(writer, mutation.after().get());
        } else {
            documents.delete(writer, mutation.collection(), mutation.id());
        }
        long entryBytes =
                indexes.replace(writer, mutation.collection(), mutation.id(), mutation.before(), mutation.after());
        // The key of a document lies anywhere among the others, so its page is its own; ids in order share one.
        return Database.PAGE_BYTES
                + entryBytes
                + mutation.after().map(document -> document.body().length).orElse(0);
    }

    @Override
    public Optional<StoredDocument> find(long collection, String id) {
        return read(reader -> documents.find(reader, collection, id));
    }

    /** By the writer's connection: its pages stay valid from one batch to the next, those of a reader don't. */
    @Override
    public List<Optional<StoredDocument>> findCurrent(List<DocumentKey> keys) {
        writing.lock();
        try {
            synchronized (writer) {
                return guarded(() -> findCurrentInTransaction(keys));
            }
        } finally {
            writing.unlock();
        }
    }

    private List<Optional<StoredDocument>> findCurrentInTransaction(List<DocumentKey> keys) throws SQLException {
        List<Optional<StoredDocument>> found = new ArrayList<>(keys.size());
        // One for all: else each statement takes the locks of a reader and gives them back.
        writer.run("BEGIN");
        try {
            for (DocumentKey key : keys) {
                found.add(documents.find(writer, key.collection(), key.id()));
            }
        } finally {
            writer.rollBack();
        }
        return found;
    }

    @Override
    public Optional<Outcome> findOutcome(String identity, String key) {
        return read(reader -> outcomes.find(reader, identity, key));
    }

    @Override
    public DocumentScan query(StoreQuery query) {
        return scan(query, sealed.isPresent() ? sealed.get().open(query.collection()) : openPlain(query.collection()));
    }

    private static DocumentScan scan(StoreQuery query, QuerySource source) {
        boolean handedOver = false;
        try {
            PlannedScan scan = new PlannedScan(IndexPlan.of(query, source.indexes(), source::isNarrow), source);
            handedOver = true;
            return scan;
        } finally {
            if (!handedOver) {
                source.close();
            }
        }
    }

    private QuerySource openPlain(long collection) {
        Database reader = acquire();
        boolean handedOver = false;
        try {
            QuerySource source = guarded(() -> SqlitePlanSource.open(this, documents, indexes, reader, collection));
            handedOver = true;
            return source;
        } finally {
            if (!handedOver) {
                release(reader);
            }
        }
    }

    @Override
    public List<Change> readChanges(long offset, int limit) {
        return read(reader -> {
            reader.run("BEGIN");
            try {
                // From the same snapshot as the records, lest they are trimmed in between.
                if (offset < stateTable.read(reader).state().trimmedThrough()) {
                    throw new PatchbayException(
                            ErrorCode.HISTORY_GONE,
                            "The changes behind " + offset + " are no longer kept; load the documents anew.");
                }
                return changes.readAfter(reader, offset, limit);
            } finally {
                reader.rollBack();
            }
        });
    }

    @Override
    public void trimChanges(long offset, long nowMs) {
        long through = Math.min(offset, state().lastOffset());
        write(before -> {
            outcomes.expire(writer, nowMs);
            return new Written(before, 0);
        });
        while (state.state().trimmedThrough() < through) {
            write(before -> {
                long step = changes.nextTrim(writer, through, TRIM_STEP);
                long freed = changes.deleteThrough(writer, step);
                StoreState old = before.state();
                StoreState now = new StoreState(old.epoch(), old.lastOffset(), step, old.totals());
                return new Written(new StateTable.Row(now, before.changeBytes() - freed), freed);
            });
        }
    }

    @Override
    public long changeBytes() {
        requireOpen();
        return state.changeBytes();
    }

    @Override
    public void checkIndexes(long collection, List<IndexDefinition> definitions) {
        sealed.ifPresent(entries -> entries.requireRoom(collection, definitions));
    }

    @Override
    public void defineIndexes(long collection, List<IndexDefinition> definitions) {
        writing.lock();
        try {
            write(before -> {
                indexes.define(writer, collection, definitions);
                return new Written(before, 0);
            });
            guarded(() -> {
                indexes.reload(writer);
                return true;
            });
        } finally {
            writing.unlock();
        }
        building.incrementAndGet();
        try {
            while (advanceIndexes()) {
                // Each step is a transaction of its own, between which writes pass.
            }
        } finally {
            building.decrementAndGet();
        }
    }

    private boolean advanceIndexes() {
        boolean[] advanced = new boolean[1];
        write(before -> {
            advanced[0] = indexes.advance(writer);
            return new Written(before, advanced[0] ? IndexTables.STEP_LOG_BYTES : 0);
        });
        if (advanced[0]) {
            meters.indexSteps.increment();
        }
        return advanced[0];
    }

    @Override
    public List<StoredDocument> scanDocuments(Optional<DocumentKey> after, int limit) {
        if (sealed.isPresent()) {
            return sealed.get().scan(after, limit);
        }
        return read(reader -> documents.scan(reader, after, limit));
    }

    @Override
    public List<Outcome> scanOutcomes(Optional<Outcome> after, int limit) {
        return read(reader -> outcomes.scan(reader, after, limit));
    }

    @Override
    public void load(LoadBatch batch) {
        write(before -> {
            long bytes = 0;
            for (StoredDocument document : batch.documents()) {
                boolean indexed = indexes.hasIndexes(document.collection());
                Optional<StoredDocument> old =
                        indexed ? documents.find(writer, document.collection(), document.id()) : Optional.empty();
                documents.put(writer, document);
                bytes += indexes.replace(writer, document.collection(), document.id(), old, Optional.of(document));
                bytes += document.body().length;
            }
            for (Change change : batch.changes()) {
                bytes += changes.put(writer, change);
            }
            for (Outcome outcome : batch.outcomes()) {
                outcomes.put(writer, outcome);
            }
            return new Written(before, bytes);
        });
    }

    @Override
    public void finishLoad(StoreState loaded) {
        write(before -> {
            changes.deleteThrough(writer, loaded.trimmedThrough());
            return new Written(new StateTable.Row(loaded, changes.bytes(writer)), 0);
        });
    }

    @Override
    public Optional<String> findFault() {
        try {
            write(before -> new Written(before, 0));
            find(0, "fault");
            return sealed.flatMap(SealedEntries::findFault);
        } catch (PatchbayException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Override
    public void close() {
        writing.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
        } finally {
            writing.unlock();
        }
        hide();
        sealed.ifPresent(SealedEntries::stopWaiting);
        readers.close();
        checkpointer.close();
        awaitIndexBuilder();
        // Nobody writes any more: the flag was set under the writer's lock.
        sealed.ifPresent(SealedEntries::close);
        writer.close();
        close(syncing);
        lock.close();
        onClosed.accept(this);
    }

    private void hide() {
        try {
            gauges.close();
        } catch (Exception e) {
            LOG.warn("The metrics of {} could not be removed", directory, e);
        }
    }

    private void awaitIndexBuilder() {
        try {
            indexBuilder.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(Write work) {
        writing.lock();
        try {
            requireOpen();
            synchronized (writer) {
                Written written = inTransaction(work);
                state = written.after();
                checkpointer.onWritten(written.bytes() + LOG_BYTES_PER_WRITE);
            }
        } finally {
            writing.unlock();
        }
    }

    private Written inTransaction(Write work) {
        boolean done = false;
        long version = state.writes() + 1;
        try {
            writer.run("BEGIN IMMEDIATE");
            Written written = work.run(state);
            StateTable.Row after = written.after().withWrites(version);
            stateTable.write(writer, after);
            if (sealed.isPresent()) {
                sealed.get().apply(version);
            }
            long beganNanos = System.nanoTime();
            writer.run("COMMIT");
            meters.commitTime.record(System.nanoTime() - beganNanos);
            done = true;
            sealed.ifPresent(entries -> entries.committed(version));
            return new Written(after, written.bytes());
        } catch (SQLException e) {
            throw failure(directory, e);
        } finally {
            if (!done) {
                undo(version);
            }
        }
    }

    private void undo(long version) {
        writer.rollBack();
        sealed.ifPresent(entries -> entries.undo(version));
        try {
            writer.run("BEGIN IMMEDIATE");
            stateTable.write(writer, state);
            writer.run("COMMIT");
        } catch (SQLException | PatchbayException e) {
            writer.rollBack();
        }
    }

    interface Read<T> {
        T run(Database reader) throws SQLException;
    }

    <T> T read(Read<T> work) {
        return guarded(() -> {
            Database reader = readers.acquire();
            try {
                synchronized (reader) {
                    return work.run(reader);
                }
            } finally {
                readers.release(reader);
            }
        });
    }

    Database acquire() {
        return guarded(readers::acquire);
    }

    void release(Database reader) {
        readers.release(reader);
    }

    /** Runs what reads; its failures get a code. */
    <T> T guarded(SqlCall<T> call) {
        requireOpen();
        try {
            return call.run();
        } catch (SQLException e) {
            // A statement that close() took away fails in some way or other; this is the reason.
            requireOpen();
            throw failure(directory, e);
        }
    }

    <T> @Nullable T guardedOrNull(SqlCall<@Nullable T> call) {
        return this.<@Nullable T>guarded(call);
    }

    /** Between two writes, on any thread. */
    void betweenWrites(Database.Step step) {
        writing.lock();
        try {
            requireOpen();
            guarded(() -> {
                step.run();
                return true;
            });
        } finally {
            writing.unlock();
        }
    }

    /** All indexes that writes keep; asked between writes. */
    Map<Long, List<IndexTables.Index>> keptIndexes() {
        return indexes.kept();
    }

    List<IndexTables.Index> findComplete(Database reader, long collection) throws SQLException {
        return indexes.findComplete(reader, collection);
    }

    /** Of the last write that is durable. */
    StateTable.Row lastRow() {
        return state;
    }

    void requireOpen() {
        if (closed) {
            throw closed();
        }
    }

    static PatchbayException closed() {
        return new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The store is closed.");
    }

    static PatchbayException indexDropped() {
        return new PatchbayException(ErrorCode.UNAVAILABLE, "An index was dropped while it was being read; try again.");
    }

    private static PatchbayException failure(Path directory, Throwable cause) {
        return new PatchbayException(
                ErrorCode.STORE_UNAVAILABLE,
                "The store in " + directory + " failed: " + cause.getMessage() + ".",
                cause);
    }
}
