package io.patchbay.engine.keyvalue;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueBatch;
import io.patchbay.api.kv.KeyValueCommit;
import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.api.metrics.Metrics;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that decides key-value commits. While the store syncs a batch, the next ones gather in the queue, so a sync is shared by all who wait: that is the whole group commit.
 *
 * <p>Order of things: decide against the newest state, make durable, tell those who watch, complete the futures. Those are completed by a thread of their own, where dependents must not wait.
 * Whoever holds the turn may touch the store's writing side: the committer for a batch, or {@link #exclusively}. A node that writes no keys has neither thread.
 */
final class KeyValueCommitter implements AutoCloseable {
    /** How much the store is given at once; one commit may be more. */
    static final long BATCH_BYTES = 16L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(KeyValueCommitter.class);
    private static final long LOOK_UP_MS = 50;
    private static final long IDLE_MS = 1000;

    private final KeyValueSlot slot;
    private final Buckets buckets;
    private final Consumer<List<KeyValueDecision.Committed>> watchers;
    private final Clock clock;
    private final KeyValueMeters meters;
    private final BlockingQueue<KeyValueRequest> queue = new ArrayBlockingQueue<>(Limits.KEY_VALUE_QUEUE);
    private final AtomicLong waitingBytes = new AtomicLong();
    private final Semaphore turn = new Semaphore(1, true);
    private final ExecutorService completions =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "patchbay-kv-completions"));
    private volatile boolean stopping;
    /** Set once, under this object's monitor. */
    private volatile @Nullable Thread thread;

    // Where the store stands. Guarded by the turn.
    private long storeNumber = -1;
    private long lastRevision;
    private long lastMs;
    /** Taken from the queue, but too large for the batch that was gathered. The committer's thread's. */
    private @Nullable KeyValueRequest next;

    /** @param watchers is told of what is durable, on the committer's thread; must not wait or fail */
    KeyValueCommitter(
            KeyValueSlot slot,
            Buckets buckets,
            Consumer<List<KeyValueDecision.Committed>> watchers,
            Clock clock,
            Metrics metrics) {
        this.slot = slot;
        this.buckets = buckets;
        this.watchers = watchers;
        this.clock = clock;
        this.meters = new KeyValueMeters(metrics);
    }

    /**
     * Queues a commit; never waits.
     *
     * @return how it ended, completed once durable; empty if its bucket was defined anew meanwhile. Fails with what it was refused with, or STORE_UNAVAILABLE, OVERLOADED, STOPPING: then nothing was written
     */
    CompletionStage<Optional<KeyValueCommit>> submit(KeyValueRequest request) {
        if (waitingBytes.addAndGet(request.bytes) > Limits.KEY_VALUE_QUEUE_BYTES) {
            return refuse(
                    request,
                    "key_value_queue_bytes",
                    "There are " + (Limits.KEY_VALUE_QUEUE_BYTES >> 20) + " MiB of values in the queue already");
        }
        if (!queue.offer(request)) {
            return refuse(
                    request,
                    "key_value_queue",
                    "There are " + Limits.KEY_VALUE_QUEUE + " key-value commits in the queue already");
        }
        if (stopping && queue.remove(request)) {
            request.future.completeExceptionally(stoppingFailure());
        } else if (thread == null) {
            start();
        }
        request.future.whenComplete((done, failure) -> waitingBytes.addAndGet(-request.bytes));
        return request.future;
    }

    private CompletionStage<Optional<KeyValueCommit>> refuse(KeyValueRequest request, String limit, String why) {
        waitingBytes.addAndGet(-request.bytes);
        meters.refused.increment();
        request.future.completeExceptionally(
                PatchbayException.beyond(limit, ErrorCode.OVERLOADED, why + "; try again in a moment."));
        return request.future;
    }

    private synchronized void start() {
        if (thread == null && !stopping) {
            Thread made = new Thread(this::run, "patchbay-kv-committer");
            thread = made;
            made.start();
        }
    }

    /** Lets {@code work} use the store between two batches, on this thread; writers wait meanwhile. TIMEOUT if the turn did not come. */
    <T> T exclusively(Function<KeyValueStore, T> work) {
        takeTurn();
        try (KeyValueUse use = slot.use()) {
            return work.apply(use.store());
        } finally {
            // It may have written.
            storeNumber = -1;
            turn.release();
        }
    }

    private void takeTurn() {
        try {
            if (turn.tryAcquire(Limits.WRITER_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stoppingFailure();
        }
        throw new PatchbayException(
                ErrorCode.TIMEOUT,
                "The key-value committer did not come to rest within " + Limits.WRITER_WAIT.toSeconds() + " s.");
    }

    /** Commits that wait. */
    int queued() {
        return queue.size();
    }

    /** Bytes of the commits that wait or are being made durable. */
    long waitingBytes() {
        return waitingBytes.get();
    }

    private void run() {
        List<KeyValueRequest> batch = new ArrayList<>(Limits.COMMIT_BATCH);
        while (!stopping) {
            try {
                gather(batch);
                if (!batch.isEmpty()) {
                    commit(batch);
                }
            } catch (InterruptedException e) {
                // Nobody interrupts it; the loop's condition says the rest.
            } finally {
                batch.clear();
            }
        }
        failAll();
    }

    /** Waits for a first commit and for the turn, then takes what else has gathered. With a batch comes the turn. */
    private void gather(List<KeyValueRequest> batch) throws InterruptedException {
        KeyValueRequest first = next == null ? queue.poll(IDLE_MS, TimeUnit.MILLISECONDS) : next;
        next = null;
        if (first == null) {
            return;
        }
        while (!turn.tryAcquire(LOOK_UP_MS, TimeUnit.MILLISECONDS)) {
            if (stopping) {
                first.future.completeExceptionally(stoppingFailure());
                return;
            }
        }
        batch.add(first);
        long bytes = first.bytes;
        while (batch.size() < Limits.COMMIT_BATCH) {
            KeyValueRequest more = queue.poll();
            if (more == null) {
                return;
            }
            if (bytes + more.bytes > BATCH_BYTES) {
                next = more;
                return;
            }
            batch.add(more);
            bytes += more.bytes;
        }
    }

    private void commit(List<KeyValueRequest> batch) {
        List<Runnable> completed = new ArrayList<>(batch.size());
        try (KeyValueUse use = slot.use()) {
            if (use.storeNumber() != storeNumber) {
                lastRevision = use.store().state().lastRevision();
                storeNumber = use.storeNumber();
            }
            KeyValueDecision decision = decide(batch, use.store(), completed);
            makeDurable(decision, use.store());
            long nowNanos = System.nanoTime();
            for (KeyValueRequest request : batch) {
                // Since it was queued: that was its deadline, less what it may wait.
                meters.latency.record(nowNanos - request.deadlineNanos + Limits.WRITER_WAIT.toNanos());
            }
        } catch (RuntimeException | Error e) {
            // An Error too, such as a class that an adapter lacks: this thread is the only one that writes, and must
            // outlive whatever a plugin does.
            completed.clear();
            // What was decided in a batch that failed was decided on a state that never came to be.
            storeNumber = -1;
            meters.failures.increment();
            PatchbayException failure = asFailure(e);
            for (KeyValueRequest request : batch) {
                completed.add(() -> request.future.completeExceptionally(failure));
            }
        } finally {
            turn.release();
        }
        completions.execute(() -> completed.forEach(Runnable::run));
    }

    private KeyValueDecision decide(List<KeyValueRequest> batch, KeyValueStore store, List<Runnable> completed) {
        lastMs = Math.max(clock.millis(), lastMs);
        KeyValueDecision decision = new KeyValueDecision(store, buckets, lastRevision, lastMs);
        long nowNanos = System.nanoTime();
        for (KeyValueRequest request : batch) {
            CompletableFuture<Optional<KeyValueCommit>> future = request.future;
            if (request.deadlineNanos - nowNanos < 0) {
                meters.overdue.increment();
                completed.add(() -> future.completeExceptionally(overdueFailure()));
                continue;
            }
            try {
                Optional<KeyValueCommit> outcome = decision.decide(request);
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

    private void makeDurable(KeyValueDecision decision, KeyValueStore store) {
        if (decision.committed().isEmpty()) {
            return;
        }
        long began = System.nanoTime();
        KeyValueBatch batch = decision.batch();
        try {
            store.commit(batch);
        } catch (RuntimeException | Error e) {
            // The store may have failed after the sync: then the batch is durable and its writers must hear so.
            if (!isDurable(store, batch)) {
                throw e;
            }
            LOG.warn("The key-value store reported a failure for a batch that is durable", e);
        }
        meters.commitTime.record(System.nanoTime() - began);
        lastRevision = decision.lastRevision();
        meters.batches.increment();
        meters.commits.add(decision.committed().size());
        meters.changes.add(batch.mutations().size());
        meters.expired.add(decision.expired());
        meters.batchCommits.record(decision.committed().size());
        meters.batchBytes.record(bytes(batch));
        watchers.accept(decision.committed());
    }

    private static long bytes(KeyValueBatch batch) {
        return batch.mutations().stream()
                .mapToLong(mutation -> mutation.key().length()
                        + mutation.after().map(entry -> entry.value().length).orElse(0))
                .sum();
    }

    private static boolean isDurable(KeyValueStore store, KeyValueBatch batch) {
        try {
            return store.state().lastRevision() >= batch.lastRevision();
        } catch (RuntimeException | LinkageError alsoFailed) {
            return false;
        }
    }

    private static PatchbayException asFailure(Throwable e) {
        if (e instanceof PatchbayException known) {
            return known;
        }
        LOG.error("The key-value store failed", e);
        return new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The key-value store failed to write: " + e + ".", e);
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

    private void failAll() {
        List<KeyValueRequest> left = new ArrayList<>();
        KeyValueRequest held = next;
        if (held != null) {
            left.add(held);
        }
        queue.drainTo(left);
        try {
            completions.execute(() -> left.forEach(request -> request.future.completeExceptionally(stoppingFailure())));
        } catch (RejectedExecutionException late) {
            left.forEach(request -> request.future.completeExceptionally(stoppingFailure()));
        }
    }

    /** Lets the running batch finish; what waits gets STOPPING. */
    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            stopping = true;
            running = thread;
        }
        try {
            if (running != null) {
                // Not interrupted: it may be inside the store. An empty request wakes it.
                queue.offer(KeyValueRequest.expiring(List.of()));
                running.join(Limits.DRAIN.toMillis());
            }
            failAll();
            completions.shutdown();
            if (!completions.awaitTermination(Limits.DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("Some callers of the key-value committer did not return in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
