package io.patchbay.engine.commit;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.Totals;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.feed.Change;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.engine.feed.ChangeFeed;
import io.patchbay.engine.feed.DocumentMemory;
import io.patchbay.engine.store.OpenStore;
import io.patchbay.engine.store.StoreSlot;
import io.patchbay.engine.store.StoreUse;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that decides transactions. While the store syncs a batch, the next ones gather in the queue, so a sync is shared by all who wait: that is the whole group commit.
 *
 * <p>Order of things: decide against the newest state, make durable, publish to the feed, complete the futures. Futures are completed by a thread of their own, one hand-over per batch, so that
 * what depends on them never holds up the next batch; dependents run there and must not wait.
 *
 * <p>Whoever holds the turn may touch the store's writing side: the committer for a batch, a {@link CommitterPause}, or {@link #exclusively}.
 */
public final class Committer implements AutoCloseable {
    /** Bytes of current documents kept at hand, so that deciding an update needs no read. */
    public static final long KNOWN_DOCUMENTS_BYTES = DocumentMemory.limit(32L << 20, 16);

    private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
    private static final long LOOK_UP_MS = 50;

    private final StoreSlot slot;
    private final ChangeFeed feed;
    private final List<CommitListener> listeners;
    private final Clock clock;
    private final CommitterMeters meters;
    private final BlockingQueue<CommitRequest> queue = new ArrayBlockingQueue<>(Limits.COMMIT_QUEUE);
    private final Semaphore turn = new Semaphore(1, true);
    private final CurrentDocuments known = new CurrentDocuments(KNOWN_DOCUMENTS_BYTES);
    private final ExecutorService completions =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "patchbay-completions"));
    private final Thread thread = new Thread(this::run, "patchbay-committer");
    private volatile boolean stopping;

    // Where the store stands. Guarded by the turn; `batches` is written under it and read by anyone.
    private long storeNumber = -1;
    private String epoch = "";
    private long lastOffset;
    private long lastMs;
    private Totals totals = Totals.ZERO;
    private volatile long batches;

    public Committer(StoreSlot slot, ChangeFeed feed, List<CommitListener> listeners, Clock clock, Metrics metrics) {
        this.slot = slot;
        this.feed = feed;
        this.listeners = new CopyOnWriteArrayList<>(listeners);
        this.clock = clock;
        this.meters = new CommitterMeters(metrics);
    }

    public void start() {
        thread.start();
    }

    /**
     * Queues a transaction; never waits.
     *
     * @return how it ended, completed once durable; fails with what it was refused with, or STORE_UNAVAILABLE, OVERLOADED, STOPPING: then nothing was written; TIMEOUT says nothing
     */
    public CompletionStage<CommitOutcome> submit(
            List<PreparedWrite> writes, List<Guard> guards, Optional<IdempotencyKey> key) {
        return submit(writes, guards, key, () -> true);
    }

    /** @param current whether what the transaction was prepared with still holds; asked by the committer's thread, cheap */
    public CompletionStage<CommitOutcome> submit(
            List<PreparedWrite> writes, List<Guard> guards, Optional<IdempotencyKey> key, BooleanSupplier current) {
        CommitRequest request =
                new CommitRequest(writes, guards, key, current, System.nanoTime() + Limits.WRITER_WAIT.toNanos());
        if (stopping) {
            request.future.completeExceptionally(stoppingFailure());
        } else if (!queue.offer(request)) {
            meters.refused.increment();
            request.future.completeExceptionally(PatchbayException.beyond(
                    "commit_queue",
                    ErrorCode.OVERLOADED,
                    "There are " + Limits.COMMIT_QUEUE + " transactions in the queue already; try again in a moment."));
        } else if (stopping && queue.remove(request)) {
            request.future.completeExceptionally(stoppingFailure());
        }
        return request.future;
    }

    /**
     * Lets the running batch finish and holds all others, until the pause is closed.
     *
     * @throws PatchbayException TIMEOUT if the running batch did not end within {@code wait}; STORE_UNAVAILABLE if no store is open
     */
    public CommitterPause pause(Duration wait) {
        takeTurn(wait);
        try {
            long beganNanos = System.nanoTime();
            syncWithStore();
            return new CommitterPause(state(), () -> endPause(beganNanos));
        } catch (RuntimeException | Error e) {
            turn.release();
            throw e;
        }
    }

    private void endPause(long beganNanos) {
        meters.pauseTime.record(System.nanoTime() - beganNanos);
        turn.release();
    }

    /** Runs {@code work} between two batches, on this thread; writers wait meanwhile. TIMEOUT if the turn did not come within {@code wait}. */
    public void exclusively(Duration wait, Runnable work) {
        takeTurn(wait);
        long beganNanos = System.nanoTime();
        try {
            work.run();
        } finally {
            endPause(beganNanos);
        }
    }

    /** Adds a listener: what is not durable yet, it will hear of. */
    public void addListener(CommitListener listener) {
        listeners.add(listener);
    }

    public void removeListener(CommitListener listener) {
        listeners.remove(listener);
    }

    /** Takes note of the store that the slot has opened, so that the feed has a position before the first write. May wait. */
    public void follow() {
        exclusively(Limits.WRITER_WAIT, this::syncWithStore);
    }

    private void takeTurn(Duration wait) {
        try {
            if (turn.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stoppingFailure();
        }
        throw new PatchbayException(
                ErrorCode.TIMEOUT, "The committer did not come to rest within " + wait.toSeconds() + " s.");
    }

    private void syncWithStore() {
        try (StoreUse use = slot.use(Duration.ofMillis(LOOK_UP_MS))) {
            sync(use);
        }
    }

    private StoreState state() {
        OpenStore open = slot.findOpen()
                .orElseThrow(
                        () -> new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The document store is not open."));
        return open.store().state();
    }

    /** Transactions that wait. */
    public int queued() {
        return queue.size();
    }

    /** Batches made durable since the start. */
    public long batches() {
        return batches;
    }

    private void run() {
        List<CommitRequest> batch = new ArrayList<>(Limits.COMMIT_BATCH);
        while (!stopping) {
            try {
                gather(batch);
                if (!batch.isEmpty()) {
                    commit(batch);
                }
            } catch (InterruptedException e) {
                // Nobody interrupts it; the loop's condition says the rest.
            } finally {
                if (!batch.isEmpty()) {
                    batch.clear();
                }
            }
        }
        failAll(queue, stoppingFailure());
    }

    /** Waits for a first transaction and for the turn, then takes what else has gathered. With a batch comes the turn. */
    private void gather(List<CommitRequest> batch) throws InterruptedException {
        CommitRequest first = queue.poll(LOOK_UP_MS, TimeUnit.MILLISECONDS);
        if (first == null) {
            return;
        }
        while (!turn.tryAcquire(LOOK_UP_MS, TimeUnit.MILLISECONDS)) {
            if (stopping) {
                first.future.completeExceptionally(stoppingFailure());
                return;
            }
            first = withoutOverdue(first);
            if (first == null) {
                return;
            }
        }
        batch.add(first);
        queue.drainTo(batch, Limits.COMMIT_BATCH - 1);
    }

    /** They came in order and wait equally long, so only the oldest can be overdue. */
    private @Nullable CommitRequest withoutOverdue(CommitRequest first) {
        CommitRequest oldest = first;
        while (oldest != null && oldest.deadlineNanos - System.nanoTime() < 0) {
            CommitRequest overdue = oldest;
            meters.overdue.increment();
            completions.execute(() -> overdue.future.completeExceptionally(overdueFailure()));
            oldest = queue.poll();
        }
        return oldest;
    }

    private void commit(List<CommitRequest> batch) {
        List<Runnable> completed = new ArrayList<>(batch.size());
        try (StoreUse use = slot.use()) {
            if (use.storeNumber() != storeNumber) {
                sync(use);
            }
            BatchDecision decision = decide(batch, use.store(), completed);
            makeDurable(decision, use);
            recordLatency(batch);
        } catch (RuntimeException | Error e) {
            // An Error too, such as a class that an adapter lacks: this thread is the only one that writes, and must
            // outlive whatever a plugin does.
            completed.clear();
            // What was decided in a batch that failed was decided on a state that never came to be.
            storeNumber = -1;
            meters.failures.increment();
            PatchbayException failure = asFailure(e);
            for (CommitRequest request : batch) {
                completed.add(() -> request.future.completeExceptionally(failure));
            }
        } finally {
            turn.release();
        }
        completions.execute(() -> completed.forEach(Runnable::run));
    }

    private BatchDecision decide(List<CommitRequest> batch, DocumentStore store, List<Runnable> completed) {
        long nowMs = Math.max(clock.millis(), lastMs);
        BatchDecision decision = new BatchDecision(store, known, epoch, lastOffset, totals, nowMs);
        decision.lookUp(batch);
        long nowNanos = System.nanoTime();
        for (CommitRequest request : batch) {
            CompletableFuture<CommitOutcome> future = request.future;
            if (request.deadlineNanos - nowNanos < 0) {
                meters.overdue.increment();
                completed.add(() -> future.completeExceptionally(overdueFailure()));
                continue;
            }
            try {
                CommitOutcome outcome = decision.decide(request);
                if (!(outcome instanceof CommitOutcome.Done)) {
                    meters.moved.increment();
                }
                completed.add(() -> future.complete(outcome));
            } catch (PatchbayException refused) {
                if (refused.code() == ErrorCode.STORE_UNAVAILABLE) {
                    throw refused;
                }
                completed.add(() -> future.completeExceptionally(refused));
            }
        }
        return decision;
    }

    private void makeDurable(BatchDecision decision, StoreUse use) {
        if (decision.transactions().isEmpty()) {
            return;
        }
        long began = System.nanoTime();
        CommitBatch batch = new CommitBatch(decision.transactions(), decision.totals());
        try {
            use.store().commit(batch);
        } catch (RuntimeException | Error e) {
            // The store may have failed after the sync: then the batch is durable and its writers must hear so.
            if (!isDurable(use.store(), batch)) {
                throw e;
            }
            LOG.warn("The store reported a failure for a batch that is durable", e);
        }
        meters.commitTime.record(System.nanoTime() - began);
        decision.written().forEach(known::put);
        lastOffset = decision.lastOffset();
        lastMs = decision.lastMs();
        totals = decision.totals();
        batches++;
        meters.batches.increment();
        meters.transactions.add(decision.transactions().size());
        meters.batchTransactions.record(decision.transactions().size());
        meters.batchBytes.record(bytes(decision));
        meters.documents.add(decision.written().size());
        for (CommitListener listener : listeners) {
            listener.committed(decision.transactions());
        }
        feed.publish(decision.transactions());
    }

    private void recordLatency(List<CommitRequest> batch) {
        long nowNanos = System.nanoTime();
        for (CommitRequest request : batch) {
            // Since it was queued: that was its deadline, less what it may wait.
            meters.latency.record(nowNanos - request.deadlineNanos + Limits.WRITER_WAIT.toNanos());
        }
    }

    private static long bytes(BatchDecision decision) {
        long bytes = 0;
        for (Transaction transaction : decision.transactions()) {
            for (Mutation mutation : transaction.mutations()) {
                bytes +=
                        mutation.after().map(document -> document.body().length).orElse(0);
            }
        }
        return bytes;
    }

    private static boolean isDurable(DocumentStore store, CommitBatch batch) {
        try {
            return store.state().lastOffset() >= batch.lastOffset();
        } catch (RuntimeException | LinkageError alsoFailed) {
            return false;
        }
    }

    private void sync(StoreUse use) {
        if (use.storeNumber() == storeNumber) {
            return;
        }
        StoreState state = use.store().state();
        known.clear();
        epoch = state.epoch();
        lastOffset = state.lastOffset();
        totals = state.totals();
        lastMs = Math.max(lastMs, lastCommitMs(use.store(), state));
        feed.follow(state);
        for (CommitListener listener : listeners) {
            listener.synced(use.store());
        }
        storeNumber = use.storeNumber();
    }

    /** So that {@code updatedAt} doesn't go backwards when the clock has, across a restart. */
    private static long lastCommitMs(DocumentStore store, StoreState state) {
        if (state.lastOffset() <= state.trimmedThrough()) {
            return 0;
        }
        List<Change> last = store.readChanges(state.lastOffset() - 1, 1);
        return last.isEmpty() ? 0 : last.get(last.size() - 1).committedAtMs();
    }

    private static PatchbayException asFailure(Throwable e) {
        if (e instanceof PatchbayException known) {
            return known;
        }
        LOG.error("The store failed", e);
        return new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The store failed to write: " + e + ".", e);
    }

    private static PatchbayException stoppingFailure() {
        return new PatchbayException(ErrorCode.STOPPING, "The node is stopping.");
    }

    private static PatchbayException overdueFailure() {
        return PatchbayException.beyond(
                "writer_wait",
                ErrorCode.OVERLOADED,
                "The write waited " + Limits.WRITER_WAIT.toSeconds()
                        + " s for its turn; nothing was written, try again in a moment.");
    }

    private void failAll(BlockingQueue<CommitRequest> waiting, PatchbayException failure) {
        List<CommitRequest> left = new ArrayList<>();
        waiting.drainTo(left);
        completions.execute(() -> left.forEach(request -> request.future.completeExceptionally(failure)));
    }

    /** Lets the running batch finish; what waits gets STOPPING. */
    @Override
    public void close() {
        stopping = true;
        // Not interrupted: the thread may be inside the store, and an interrupt there closes files.
        try {
            thread.join(Limits.DRAIN.toMillis());
            failAll(queue, stoppingFailure());
            completions.shutdown();
            if (!completions.awaitTermination(Limits.DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("Some callers of the committer did not return in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
