package io.patchbay.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The one thread that owns a client's state, so that none of it needs a lock; nothing of the application runs here. Any thread may hand it work. */
final class Loop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Loop.class.getName());

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, work -> {
        Thread daemon = new Thread(work, "patchbay-client");
        daemon.setDaemon(true);
        return daemon;
    });

    Loop() {
        thread.setRemoveOnCancelPolicy(true);
    }

    /** Returns false, and does nothing, once the loop is closed; what was handed over before still runs. */
    boolean execute(Runnable work) {
        try {
            thread.execute(guarded(work));
            return true;
        } catch (RejectedExecutionException closed) {
            return false;
        }
    }

    /** Runs {@code work} later, if the loop isn't closed by then; it can be cancelled until then. */
    Future<?> after(Duration delay, Runnable work) {
        try {
            return thread.schedule(guarded(work), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            return CompletableFuture.completedFuture(null);
        }
    }

    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "A client of Patchbay failed", e);
            }
        };
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
