package io.patchbay.engine.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A few threads for what must not wait on a transport's thread: acquiring leases, signatures. They end when idle. */
final class WorkThreads implements AutoCloseable {
    private static final int IDLE_SECONDS = 30;

    private final ThreadPoolExecutor executor;

    WorkThreads(String name, int threads, int queue) {
        AtomicInteger number = new AtomicInteger();
        executor = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queue), task -> {
                    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
    }

    /** The stage fails with OVERLOADED when too much waits already. */
    <T> CompletionStage<T> submit(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, executor);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    executor.isShutdown()
                            ? new PatchbayException(ErrorCode.STOPPING, "The node is stopping.")
                            : new PatchbayException(
                                    ErrorCode.OVERLOADED, "Too many logins are under way; try again in a moment."));
        }
    }

    int waiting() {
        return executor.getQueue().size();
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
