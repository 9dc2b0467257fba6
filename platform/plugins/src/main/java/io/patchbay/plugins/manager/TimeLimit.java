package io.patchbay.plugins.manager;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs foreign code on a thread of its own, so that code that hangs doesn't hang the manager. */
final class TimeLimit {
    private TimeLimit() {}

    /**
     * What {@code call} returns; its failure comes as the cause of an ExecutionException. When the time is over its thread is interrupted and left to itself.
     *
     * @param thread names the thread, for who looks at a dump
     */
    static <T> T call(String thread, Duration limit, Callable<T> call) throws TimeoutException, ExecutionException {
        FutureTask<T> task = new FutureTask<>(call);
        Thread runner = new Thread(task, thread);
        runner.setDaemon(true);
        // A thread that the plugin makes inherits it: must not be the plugin's, nor whatever called the manager.
        runner.setContextClassLoader(TimeLimit.class.getClassLoader());
        runner.start();
        try {
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw e;
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw new ExecutionException(e);
        }
    }
}
