package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that may wait for the store: a bounded number, with a bounded queue.
 *
 * <p>A read whose index is not in memory yet, after a start or an update of its adapter, is tried again and again for a while, and holds no thread meanwhile: others read by ids.
 */
public final class Readers implements AutoCloseable {
    /** How many reads may wait for a thread. */
    public static final int QUEUE = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Readers.class);
    private static final long RETRY_MS = 25;

    private final AtomicLong numbers = new AtomicLong();
    private final ThreadPoolExecutor threads;
    private final LongAdder refused = new LongAdder();
    private final long indexWaitNanos;
    /** Reads that wait for an index. */
    private final AtomicInteger postponed = new AtomicInteger();

    private volatile boolean stopping;

    public Readers(int threads) {
        this(threads, Limits.WRITER_WAIT);
    }

    /** @param indexWait how long a read may wait for its index */
    Readers(int threads, Duration indexWait) {
        this.indexWaitNanos = indexWait.toNanos();
        this.threads = new ThreadPoolExecutor(
                threads,
                threads,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(QUEUE),
                task -> new Thread(task, "patchbay-reader-" + numbers.incrementAndGet()));
        this.threads.allowCoreThreadTimeOut(true);
    }

    /** As many as keep a disk busy without crowding out the rest. */
    public static int defaultThreads() {
        return Math.max(4, Runtime.getRuntime().availableProcessors() * 2);
    }

    /** Runs {@code work} on one of the threads; the future fails with a PatchbayException only: that of the work, OVERLOADED, STOPPING, INTERNAL. */
    public <T> CompletableFuture<T> supply(Supplier<T> work) {
        CompletableFuture<T> future = new CompletableFuture<>();
        attempt(work, future, System.nanoTime() + indexWaitNanos);
        return future;
    }

    private <T> void attempt(Supplier<T> work, CompletableFuture<T> future, long untilNanos) {
        try {
            threads.execute(() -> {
                T result;
                try {
                    result = work.get();
                } catch (Throwable e) {
                    PatchbayException failure = Failures.of(e);
                    if (failure.code() != ErrorCode.INDEX_WARMING
                            || System.nanoTime() - untilNanos >= 0
                            || !postpone(work, future, untilNanos)) {
                        future.completeExceptionally(failure);
                    }
                    return;
                }
                future.complete(result);
            });
        } catch (RejectedExecutionException full) {
            refused.increment();
            future.completeExceptionally(refusal());
        }
    }

    private <T> boolean postpone(Supplier<T> work, CompletableFuture<T> future, long untilNanos) {
        if (postponed.incrementAndGet() > QUEUE) {
            postponed.decrementAndGet();
            return false;
        }
        CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS).execute(() -> {
            postponed.decrementAndGet();
            attempt(work, future, untilNanos);
        });
        return true;
    }

    private PatchbayException refusal() {
        return stopping
                ? new PatchbayException(ErrorCode.STOPPING, "The node is stopping.")
                : PatchbayException.beyond(
                        "read_queue",
                        ErrorCode.OVERLOADED,
                        "There are " + QUEUE + " reads in the queue already; try again in a moment.");
    }

    public int queued() {
        return threads.getQueue().size();
    }

    /** Reads refused so far because too many waited. */
    public long refused() {
        return refused.sum();
    }

    /** How many run at a time. */
    public int threads() {
        return threads.getCorePoolSize();
    }

    public int active() {
        return threads.getActiveCount();
    }

    /** Running reads may finish, within the drain time; those that wait get to run too. */
    @Override
    public void close() {
        stopping = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(Limits.DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
                LOG.warn("Some reads did not end in time");
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
