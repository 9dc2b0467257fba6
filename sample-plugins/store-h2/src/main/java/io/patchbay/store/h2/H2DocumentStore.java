package io.patchbay.store.h2;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Documents, change records, outcomes and indexes in one file of MVStore.
 *
 * <p>MVStore is a log of chunks, each with all pages that changed since the one before; a chunk that was not written whole is ignored at the next opening. So what lies between two
 * commits is a transaction, and one writer, under {@link #writing}, makes them one by one; the engine's own commits, by time or by memory, are off.
 *
 * <p>{@link MVStore#commit} hands the chunk to the system, which writes it when it likes; only {@link MVStore#sync} makes it durable. A trace of system calls shows one write and
 * one fsync per batch, before it is acknowledged. Only then the new {@link Snapshot} is shown to readers.
 *
 * <p>When a write to the disk fails, the engine closes itself, for it can't know what is on the disk. From then on the store is unavailable until it is opened again; it then
 * stands where the last acknowledged batch left it.
 */
final class H2DocumentStore implements DocumentStore {
    private static final String FILE = "documents.mv";
    /**
     * How long the space of a dead chunk stays untouched. It could be reused at once, for each newer chunk is on the disk before; this is for disks that say so too early.
     */
    private static final int RETENTION_MS = 5000;
    /** Each so many writes, chunks of which less than this part (in percent) is alive are packed, so many bytes at a time. */
    private static final int WRITES_PER_PACKING = 256;

    private static final int PACK_BELOW_PERCENT = 50;
    private static final int PACK_BYTES = 8 << 20;
    /** Change records that one transaction of trimming deletes, about. */
    private static final int TRIM_STEP = 10_000;
    /** What a change record takes beside its id and body, about. */
    private static final int CHANGE_BYTES = 48;

    private static final Logger LOG = LoggerFactory.getLogger(H2DocumentStore.class);

    private final Path directory;
    private final Consumer<H2DocumentStore> onClosed;
    private final MVStore engine;
    private final Maps maps;
    private final IndexEntries indexes;
    // Fair, so that an index being built lets every batch pass in between.
    private final Lock writing = new ReentrantLock(true);
    private final Thread indexBuilder = new Thread(this::finishIndexes, "store-h2-index-builder");
    // Written under the writer's lock, once it is durable.
    private volatile Snapshot snapshot;
    private volatile boolean closed;
    // Guarded by the writer's lock.
    private int writes;

    private H2DocumentStore(Path directory, MVStore engine, Consumer<H2DocumentStore> onClosed) {
        this.directory = directory;
        this.engine = engine;
        this.onClosed = onClosed;
        this.maps = Maps.open(engine);
        byte[] state = maps.state().get(StateRecord.KEY);
        StateRecord record = state == null ? StateRecord.NEW : StateRecord.decode(state);
        this.indexes = new IndexEntries(maps);
        maps.state().put(StateRecord.KEY, record.encode());
        engine.commit();
        engine.sync();
        this.snapshot = new Snapshot(maps, record, indexes.complete());
    }

    /** @param onClosed told once */
    static H2DocumentStore open(Path directory, H2Config config, Consumer<H2DocumentStore> onClosed) {
        @Nullable MVStore engine = null;
        try {
            // "retry": an interrupted reader closes the file's channel; this opens it again.
            MVStore.Builder builder = new MVStore.Builder()
                    .fileName("retry:file:" + directory.resolve(FILE).toAbsolutePath())
                    .cacheSize(config.cacheMb())
                    .autoCommitDisabled()
                    .autoCommitBufferSize(0);
            if (!CleanShutdown.of(directory.resolve(FILE))) {
                // After a kill the engine follows the chunks from the one that its header names, each of which
                // foretells where the next will lie. Where a chunk came to lie
                // elsewhere, the engine writes the header anew, but with the chunk before: the way ends there, and
                // newer chunks would be lost. This looks for them in the whole file.
                builder.recoveryMode();
            }
            engine = builder.open();
            engine.setRetentionTime(RETENTION_MS);
            H2DocumentStore store = new H2DocumentStore(directory, engine, onClosed);
            // What an earlier process began to build or drop.
            store.indexBuilder.setDaemon(true);
            store.indexBuilder.start();
            return store;
        } catch (RuntimeException | Error e) {
            // Of an Error too, such as a class that is missing: the file's lock must not stay behind.
            if (engine != null) {
                engine.closeImmediately();
            }
            if (e instanceof MVStoreException known) {
                throw failure(directory, known);
            }
            throw e;
        }
    }

    private void finishIndexes() {
        try {
            while (!closed && advanceIndexes()) {
                // Each step is a transaction of its own, between which writes pass.
            }
        } catch (PatchbayException e) {
            if (!closed) {
                LOG.warn("An index stays unfinished until the store is opened again: {}", e.getMessage());
            }
        }
    }

    @Override
    public StoreState state() {
        requireOpen();
        return snapshot.state().state();
    }

    @Override
    public void begin(String epoch, long lastOffset) {
        write(before -> {
            maps.documents().clear();
            maps.changes().clear();
            maps.outcomes().clear();
            indexes.clear();
            return new StateRecord(new StoreState(epoch, lastOffset, lastOffset, Totals.ZERO), 0);
        });
    }

    @Override
    public void commit(CommitBatch batch) {
        if (batch.transactions().isEmpty()) {
            return;
        }
        write(before -> {
            long changeBytes = before.changeBytes();
            for (Transaction transaction : batch.transactions()) {
                int index = 0;
                for (Mutation mutation : transaction.mutations()) {
                    apply(mutation);
                    changeBytes += put(new Change(
                            transaction.offset(),
                            index++,
                            mutation.collection(),
                            mutation.id(),
                            transaction.committedAtMs(),
                            mutation.after()));
                }
                transaction.outcome().ifPresent(this::put);
            }
            StoreState old = before.state();
            return new StateRecord(
                    new StoreState(old.epoch(), batch.lastOffset(), old.trimmedThrough(), batch.totals()), changeBytes);
        });
    }

    private void apply(Mutation mutation) {
        byte[] key = Records.documentKey(mutation.collection(), mutation.id());
        if (mutation.after().isPresent()) {
            maps.documents().put(key, Records.document(mutation.after().get()));
        } else {
            maps.documents().remove(key);
        }
        indexes.replace(mutation.collection(), mutation.id(), mutation.before(), mutation.after());
    }

    private long put(Change change) {
        byte[] value = Records.change(change);
        maps.changes().put(Records.changeKey(change.offset(), change.index()), value);
        return CHANGE_BYTES + value.length;
    }

    private void put(Outcome outcome) {
        maps.outcomes().put(Records.outcomeKey(outcome.identity(), outcome.key()), Records.outcome(outcome));
    }

    @Override
    public Optional<StoredDocument> find(long collection, String id) {
        return read(view -> view.find(collection, id));
    }

    @Override
    public Optional<Outcome> findOutcome(String identity, String key) {
        return read(view -> Optional.ofNullable(view.findOutcome(Records.outcomeKey(identity, key)))
                .map(Records::outcome));
    }

    @Override
    public DocumentScan query(StoreQuery query) {
        requireOpen();
        H2PlanSource source = new H2PlanSource(this, retained(), query.collection());
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

    @Override
    public List<Change> readChanges(long offset, int limit) {
        return read(view -> {
            if (offset < view.state().state().trimmedThrough()) {
                throw new PatchbayException(
                        ErrorCode.HISTORY_GONE,
                        "The changes behind " + offset + " are no longer kept; load the documents anew.");
            }
            List<Change> changes = new ArrayList<>();
            Cursor<byte[], byte[]> cursor = view.changes(Records.changeKey(offset + 1, 0));
            int whole = 0;
            while (cursor.hasNext()) {
                byte[] key = cursor.next();
                boolean begins = changes.isEmpty()
                        || Bytes.number(key) != changes.get(changes.size() - 1).offset();
                whole = begins ? changes.size() : whole;
                if (changes.size() >= Math.max(limit, 1) && whole > 0) {
                    return List.copyOf(changes.subList(0, whole));
                }
                changes.add(Records.change(key, cursor.getValue()));
            }
            return changes;
        });
    }

    @Override
    public void trimChanges(long offset, long nowMs) {
        write(before -> {
            List<byte[]> expired = new ArrayList<>();
            maps.outcomes().entrySet().forEach(entry -> {
                if (Records.outcome(entry.getValue()).expiresAtMs() < nowMs) {
                    expired.add(entry.getKey());
                }
            });
            expired.forEach(maps.outcomes()::remove);
            return before;
        });
        long through = Math.min(offset, state().lastOffset());
        while (state().trimmedThrough() < through) {
            write(before -> trimStep(before, through));
        }
    }

    private StateRecord trimStep(StateRecord before, long through) {
        List<byte[]> step = new ArrayList<>();
        long freed = 0;
        long trimmedThrough = through;
        Cursor<byte[], byte[]> changes = maps.changes().cursor(null);
        while (changes.hasNext()) {
            byte[] key = changes.next();
            long offset = Bytes.number(key);
            if (offset > through) {
                break;
            }
            if (step.size() >= TRIM_STEP && offset != Bytes.number(step.get(step.size() - 1))) {
                trimmedThrough = Bytes.number(step.get(step.size() - 1));
                break;
            }
            step.add(key);
            freed += CHANGE_BYTES + changes.getValue().length;
        }
        step.forEach(maps.changes()::remove);
        StoreState old = before.state();
        return new StateRecord(
                new StoreState(old.epoch(), old.lastOffset(), trimmedThrough, old.totals()),
                before.changeBytes() - freed);
    }

    @Override
    public long changeBytes() {
        requireOpen();
        return snapshot.state().changeBytes();
    }

    @Override
    public void defineIndexes(long collection, List<IndexDefinition> definitions) {
        write(before -> {
            indexes.define(collection, definitions);
            return before;
        });
        while (advanceIndexes()) {
            // Each step is a transaction of its own, between which writes pass.
        }
    }

    private boolean advanceIndexes() {
        boolean[] advanced = new boolean[1];
        write(before -> {
            advanced[0] = indexes.advance();
            return before;
        });
        return advanced[0];
    }

    @Override
    public List<StoredDocument> scanDocuments(Optional<DocumentKey> after, int limit) {
        return read(view -> {
            byte[] from = after.map(key -> Records.documentKey(key.collection(), key.id()))
                    .orElse(Bytes.NONE);
            List<StoredDocument> documents = new ArrayList<>();
            Cursor<byte[], byte[]> cursor = view.documents(from, false);
            while (documents.size() < limit && cursor.hasNext()) {
                byte[] key = cursor.next();
                if (!Arrays.equals(key, from)) {
                    documents.add(Records.document(key, cursor.getValue()));
                }
            }
            return documents;
        });
    }

    @Override
    public List<Outcome> scanOutcomes(Optional<Outcome> after, int limit) {
        return read(view -> {
            byte[] from = after.map(outcome -> Records.outcomeKey(outcome.identity(), outcome.key()))
                    .orElse(Bytes.NONE);
            List<Outcome> outcomes = new ArrayList<>();
            Cursor<byte[], byte[]> cursor = view.outcomes(from);
            while (outcomes.size() < limit && cursor.hasNext()) {
                if (!Arrays.equals(cursor.next(), from)) {
                    outcomes.add(Records.outcome(cursor.getValue()));
                }
            }
            return outcomes;
        });
    }

    @Override
    public void load(LoadBatch batch) {
        writeUnsynced(before -> {
            for (StoredDocument document : batch.documents()) {
                byte[] key = Records.documentKey(document.collection(), document.id());
                Optional<StoredDocument> old = Optional.ofNullable(
                                maps.documents().put(key, Records.document(document)))
                        .map(value -> Records.document(key, value));
                indexes.replace(document.collection(), document.id(), old, Optional.of(document));
            }
            batch.changes().forEach(this::put);
            batch.outcomes().forEach(this::put);
            return before;
        });
    }

    @Override
    public void finishLoad(StoreState loaded) {
        write(before -> {
            trimStepsThrough(loaded.trimmedThrough());
            long changeBytes = 0;
            for (Map.Entry<byte[], byte[]> change : maps.changes().entrySet()) {
                changeBytes += CHANGE_BYTES + change.getValue().length;
            }
            return new StateRecord(loaded, changeBytes);
        });
    }

    private void trimStepsThrough(long offset) {
        byte[] first = maps.changes().firstKey();
        while (first != null && Bytes.number(first) <= offset) {
            maps.changes().remove(first);
            first = maps.changes().firstKey();
        }
    }

    @Override
    public Optional<String> findFault() {
        try {
            write(before -> before);
            find(0, "fault");
            return Optional.empty();
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
        awaitIndexBuilder();
        try {
            engine.close();
        } catch (MVStoreException e) {
            // Every batch was durable when it was acknowledged; the next opening finds the last one.
            LOG.warn("The store in {} did not close cleanly: {}", directory, e.getMessage());
            engine.closeImmediately();
        }
        onClosed.accept(this);
    }

    private void awaitIndexBuilder() {
        try {
            indexBuilder.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What a transaction of the writer's does; gives the new state. */
    private void write(Function<StateRecord, StateRecord> work) {
        write(work, true);
    }

    /** For what a later write makes durable. */
    private void writeUnsynced(Function<StateRecord, StateRecord> work) {
        write(work, false);
    }

    private void write(Function<StateRecord, StateRecord> work, boolean durably) {
        writing.lock();
        try {
            requireOpen();
            StateRecord state = guarded(() -> inTransaction(work, durably));
            Snapshot replaced = snapshot;
            snapshot = new Snapshot(maps, state, indexes.complete());
            replaced.release();
            packNowAndThen();
        } finally {
            writing.unlock();
        }
    }

    private StateRecord inTransaction(Function<StateRecord, StateRecord> work, boolean durably) {
        boolean done = false;
        try {
            StateRecord state = work.apply(snapshot.state());
            maps.state().put(StateRecord.KEY, state.encode());
            engine.commit();
            if (durably) {
                engine.sync();
            }
            done = true;
            return state;
        } finally {
            if (!done && !engine.isClosed()) {
                engine.rollback();
                indexes.reload();
            }
        }
    }

    private void packNowAndThen() {
        if (++writes % WRITES_PER_PACKING == 0) {
            guarded(() -> engine.compact(PACK_BELOW_PERCENT, PACK_BYTES));
        }
    }

    private <T> T read(Function<Snapshot, T> work) {
        return guarded(() -> {
            Snapshot view = retained();
            try {
                return work.apply(view);
            } finally {
                view.release();
            }
        });
    }

    private Snapshot retained() {
        Snapshot view = snapshot;
        while (!view.retain()) {
            view = snapshot;
        }
        return view;
    }

    /** Runs what may fail with the engine; its failures get a code. */
    <T> T guarded(Supplier<T> work) {
        requireOpen();
        try {
            return work.get();
        } catch (MVStoreException | IllegalStateException e) {
            // What close() took away fails in some way or other; this is the reason.
            requireOpen();
            throw failure(directory, e);
        }
    }

    <T> @Nullable T guardedOrNull(Supplier<@Nullable T> work) {
        return this.<@Nullable T>guarded(work);
    }

    private void requireOpen() {
        if (closed) {
            throw new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The store is closed.");
        }
    }

    private static PatchbayException failure(Path directory, Exception cause) {
        return new PatchbayException(
                ErrorCode.STORE_UNAVAILABLE,
                "The store in " + directory + " failed: " + cause.getMessage() + ".",
                cause);
    }
}
