package io.patchbay.auth.password;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Two threads that hash, so that a storm of logins takes neither the transport's threads nor all the memory. They end when idle. */
final class HashingThreads implements AutoCloseable {
    static final int THREADS = 2;
    /** Logins that may wait: about 3 s of work. */
    static final int QUEUE = 128;

    private static final int IDLE_SECONDS = 30;
    private static final int STOP_SECONDS = 5;

    private final ThreadPoolExecutor executor;
    private final Metrics.Timer time;
    private final Metrics.Counter refused;

    HashingThreads(int queue, Metrics metrics) {
        time = metrics.timer("patchbay_password_hash_seconds", "Time of a password's hash, without its wait.");
        refused = metrics.counter(
                "patchbay_password_hashes_refused_total", "Logins refused because too many waited for a hash.");
        metrics.gauge("patchbay_password_hash_queue", "Logins that wait for a hash.", this::waiting);
        LimitGauges.show(metrics, "password", "password_hash_queue", queue);
        AtomicInteger number = new AtomicInteger();
        executor = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queue), task -> {
                    Thread thread = new Thread(task, "password-hashing-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /** The stage fails with OVERLOADED when too much waits already. */
    <T> CompletionStage<T> submit(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(() -> timed(work), executor);
        } catch (RejectedExecutionException e) {
            ErrorCode code = executor.isShutdown() ? ErrorCode.STOPPING : ErrorCode.OVERLOADED;
            refused.increment();
            return CompletableFuture.failedFuture(PatchbayException.beyond(
                    "password_hash_queue",
                    code,
                    "Too many logins wait for their password to be checked; try again in a moment."));
        }
    }

    private <T> T timed(Supplier<T> work) {
        long beganNanos = System.nanoTime();
        try {
            return work.get();
        } finally {
            time.record(System.nanoTime() - beganNanos);
        }
    }

    int waiting() {
        return executor.getQueue().size();
    }

    /** Finishes what waits, bounded. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
    }
}
