package io.patchbay.engine.hooks;

import io.patchbay.api.Limits;
import io.patchbay.api.hook.Hook;
import io.patchbay.api.hook.HookAnswer;
import io.patchbay.api.plugin.Lease;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The calls of one hook for one transaction, on one of the hook's threads: the guard that every call passes. The future is completed by whoever comes first, the thread or its time limit; what a
 * thread brings after that is thrown away.
 */
final class HookRun implements Runnable {
    private final PluggedHook hook;
    private final List<Proposal> proposals;
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();
    private final long submittedNanos = System.nanoTime();

    // All guarded by this.
    private @Nullable Thread worker;
    private @Nullable Future<?> watch;
    private long runBeganNanos;
    private long callBeganNanos;
    private boolean over;
    private boolean hangs;

    HookRun(PluggedHook hook, List<Proposal> proposals) {
        this.hook = hook;
        this.proposals = proposals;
        // The timer must not hold on to documents that are long through.
        done.whenComplete((holds, failure) -> unwatch());
    }

    CompletableFuture<Boolean> done() {
        return done;
    }

    /** From now on its time is watched. */
    void arm() {
        watchIn(hook.terms().timeLimit().toNanos());
    }

    private synchronized void watchIn(long nanos) {
        if (!over) {
            watch = hook.schedule(this::check, nanos);
        }
    }

    private synchronized void unwatch() {
        if (watch != null) {
            watch.cancel(false);
            watch = null;
        }
    }

    @Override
    public void run() {
        synchronized (this) {
            if (over) {
                return;
            }
            worker = Thread.currentThread();
            runBeganNanos = System.nanoTime();
            callBeganNanos = runBeganNanos;
        }
        Runnable end;
        try {
            end = leaseAndCall();
        } catch (Throwable e) {
            hook.meters().count(HookMeters.FAILED);
            end = failed("can't be had: " + e, e);
        }
        synchronized (this) {
            worker = null;
            if (hangs) {
                hook.hangsNoMore();
            }
            // An interrupt that came too late is not for the next run.
            Thread.interrupted();
            if (over) {
                return;
            }
            over = true;
        }
        end.run();
    }

    private Runnable leaseAndCall() {
        Optional<Lease<Hook>> lease = hook.lease();
        if (lease.isEmpty()) {
            return () -> {
                hook.abandoned();
                done.complete(false);
            };
        }
        try (Lease<Hook> held = lease.get()) {
            return callAll(held);
        }
    }

    private Runnable callAll(Lease<Hook> lease) {
        boolean failed = false;
        for (Proposal proposal : proposals) {
            synchronized (this) {
                if (over) {
                    return () -> {};
                }
                callBeganNanos = System.nanoTime();
            }
            Optional<Throwable> failure = call(lease.provider(), proposal);
            if (failure.isPresent()) {
                lease.failed(failure.get());
                hook.meters().count(HookMeters.FAILED);
                String why = "failed: " + failure.get();
                if (hook.terms().required()) {
                    return failed(why, failure.get());
                }
                failed = true;
                if (hook.failed(why, failure)) {
                    break;
                }
            }
        }
        boolean allWell = !failed;
        return () -> {
            if (allWell) {
                hook.succeeded();
            }
            done.complete(true);
        };
    }

    private Optional<Throwable> call(Hook leased, Proposal proposal) {
        long began = System.nanoTime();
        try {
            HookAnswer answer = underItsLoader(leased, () -> leased.before(proposal.change()));
            hook.meters().time.record(System.nanoTime() - began);
            synchronized (this) {
                if (!over) {
                    hook.meters().count(proposal.take(hook.name(), answer));
                }
            }
            return Optional.empty();
        } catch (Throwable e) {
            // Also an Error: a class that is missing or a recursion without end are the plugin's, not the node's.
            return Optional.of(e);
        }
    }

    private Runnable failed(String why, Throwable cause) {
        return () -> {
            hook.failed(why, Optional.of(cause));
            giveUp("failed; the log says how");
        };
    }

    private void giveUp(String why) {
        if (hook.terms().required()) {
            done.completeExceptionally(
                    hook.unavailable(proposals.get(0).change().collection(), why));
        } else {
            hook.logPassedOver(why);
            done.complete(true);
        }
    }

    /** It is not called. */
    void passOver(String why) {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
        }
        hook.meters().count(HookMeters.PASSED_OVER);
        giveUp(why);
    }

    /** Its version serves no more. */
    void stale() {
        synchronized (this) {
            over = true;
        }
        done.complete(false);
    }

    /** The timer's thread: has a call, or the wait for a thread, taken too long? */
    private void check() {
        long limit = hook.terms().timeLimit().toNanos();
        boolean began;
        boolean slow;
        synchronized (this) {
            if (over) {
                return;
            }
            began = worker != null;
            long now = System.nanoTime();
            long all = began ? runBeganNanos + Limits.REQUEST.toNanos() - now : Long.MAX_VALUE;
            long one = began ? callBeganNanos + limit - now : submittedNanos + Limits.WRITER_WAIT.toNanos() - now;
            slow = one > 0 && all <= 0;
            if (one > 0 && all > 0) {
                watchIn(Math.min(Math.min(one, all), limit));
                return;
            }
            if (began) {
                over = true;
                hangs = true;
                hook.hangs();
                worker.interrupt();
            }
        }
        if (began) {
            String why = slow
                    ? "took longer than " + Limits.REQUEST.toSeconds() + " s for all changes of a transaction"
                    : "took longer than " + hook.terms().timeLimit().toMillis() + " ms";
            hook.meters().count(HookMeters.TIMED_OUT);
            hook.failed(why, Optional.empty());
            giveUp(why);
        } else {
            hook.abandoned();
            passOver("had no time for it within " + Limits.WRITER_WAIT.toSeconds() + " s");
        }
    }

    static <T> T underItsLoader(Hook hook, Supplier<T> call) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(hook.getClass().getClassLoader());
        try {
            return call.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
