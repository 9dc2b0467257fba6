package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Where operators' calls wait for the disk, since transport threads must not: few threads, made when needed, and a short queue. */
final class OperatorThreads implements AutoCloseable {
    private static final int THREADS = 2;
    static final int QUEUED = 16;
    private static final int IDLE_SECONDS = 10;

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUED), task -> {
                Thread thread = new Thread(task, "patchbay-rest-operator");
                thread.setDaemon(true);
                return thread;
            });

    OperatorThreads() {
        threads.allowCoreThreadTimeOut(true);
    }

    /** OVERLOADED beyond {@value #QUEUED} that wait. */
    <T> CompletionStage<T> call(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, threads);
        } catch (RejectedExecutionException e) {
            throw PatchbayException.beyond(
                    "rest_operator_queue",
                    ErrorCode.OVERLOADED,
                    "Too many operations on plugins and stores are waiting; try again.");
        }
    }

    int waiting() {
        return threads.getQueue().size();
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
