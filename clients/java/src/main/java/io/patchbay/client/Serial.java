package io.patchbay.client;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Runs the application's code one task at a time and in order, on threads that others use as well. Any thread; its callers bound what waits here. */
final class Serial implements Executor {
    private static final System.Logger LOG = System.getLogger(Serial.class.getName());

    private final Executor threads;
    // Guarded by this.
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

    Serial(Executor threads) {
        this.threads = threads;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            waiting.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        begin();
    }

    private void begin() {
        try {
            threads.execute(this::runOne);
        } catch (RejectedExecutionException closed) {
            synchronized (this) {
                waiting.clear();
                running = false;
            }
        }
    }

    private void runOne() {
        Runnable task;
        synchronized (this) {
            task = waiting.poll();
        }
        try {
            if (task != null) {
                task.run();
            }
        } catch (RuntimeException | Error e) {
            // A listener's own failure stops neither the next event nor anybody else.
            LOG.log(System.Logger.Level.ERROR, "A listener of the application failed", e);
        }
        synchronized (this) {
            running = !waiting.isEmpty();
            if (!running) {
                return;
            }
        }
        // One task and then again behind the others, so that a busy subscription leaves room for a quiet one.
        begin();
    }
}
