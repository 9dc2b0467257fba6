package io.patchbay.engine.hooks;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.hook.Hook;
import io.patchbay.api.hook.HookTerms;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One version of a hook, with the threads that call it: its own, so that one that hangs holds up nobody else's. It keeps no reference to the hook itself; each run leases it. Any thread, no call
 * waits.
 */
public final class PluggedHook {
    private static final Logger LOG = LoggerFactory.getLogger("hooks");
    private static final int IDLE_SECONDS = 30;
    private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Providers providers;
    private final ScheduledExecutorService timer;
    private final String name;
    private final long generation;
    private final HookTerms terms;
    private final Optional<String> fault;
    private final Future<?> asked;
    private final Breaker breaker;
    private final HookMeters meters;
    private final ThreadPoolExecutor threads;
    private final AtomicInteger hung = new AtomicInteger();
    private final AtomicLong logAgainNanos = new AtomicLong(System.nanoTime());

    /**
     * @param fault why its terms are not known; it is then never called, and {@code terms} say what that means
     * @param asked the call for its terms, which may hang
     */
    PluggedHook(
            Providers providers,
            ScheduledExecutorService timer,
            Clock clock,
            String name,
            long generation,
            HookTerms terms,
            Optional<String> fault,
            Future<?> asked,
            HookMeters meters) {
        this.providers = providers;
        this.timer = timer;
        this.name = name;
        this.generation = generation;
        this.terms = terms;
        this.fault = fault;
        this.asked = asked;
        this.breaker = new Breaker(clock);
        this.meters = meters;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                Limits.HOOK_CALLS,
                Limits.HOOK_CALLS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(Limits.HOOK_QUEUE),
                task -> thread(task, "patchbay-hook-" + name + "-" + number.incrementAndGet()));
        threads.allowCoreThreadTimeOut(true);
    }

    private static Thread thread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        // Else it would be that of whoever submits first, which may be a plugin's.
        thread.setContextClassLoader(PluggedHook.class.getClassLoader());
        return thread;
    }

    public String name() {
        return name;
    }

    public HookTerms terms() {
        return terms;
    }

    long generation() {
        return generation;
    }

    boolean isBroken() {
        return fault.isPresent();
    }

    /** Whether it can be asked for its terms once more: a call that hangs in it is one too many already. */
    boolean canBeAskedAgain() {
        return fault.isPresent() && asked.isDone();
    }

    HookMeters meters() {
        return meters;
    }

    /**
     * Asks it about changes, one after the other.
     *
     * @return false if this version serves no more, so that the changes have to go past the hooks anew; fails with HOOK_UNAVAILABLE
     */
    CompletableFuture<Boolean> judge(List<Proposal> proposals) {
        HookRun run = new HookRun(this, proposals);
        if (fault.isPresent() || hung.get() >= Limits.HOOK_CALLS || !breaker.tryEnter()) {
            run.passOver(isolated());
            return run.done();
        }
        try {
            run.arm();
            threads.execute(run);
        } catch (RejectedExecutionException e) {
            breaker.abandoned();
            if (threads.isShutdown()) {
                run.stale();
            } else {
                run.passOver("has " + Limits.HOOK_QUEUE + " transactions waiting for it already");
            }
        }
        return run.done();
    }

    /** For who sent a change: what the hook failed with may speak of others' documents, and stands in the log. */
    private String isolated() {
        return fault.map(why -> "can't be used (" + why + ")")
                .or(() ->
                        breaker.isolatedUntil().map(until -> "failed again and again and is not asked until " + until))
                .orElseGet(() -> "hangs in " + hung.get() + " calls");
    }

    /** A lease on this very version, if it serves. */
    Optional<Lease<Hook>> lease() {
        Optional<Lease<Hook>> lease = providers.find(Hook.class, name);
        if (lease.isPresent() && lease.get().generation() != generation) {
            lease.get().close();
            return Optional.empty();
        }
        return lease;
    }

    Future<?> schedule(Runnable task, long nanos) {
        try {
            return timer.schedule(task, Math.max(1, nanos), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("A call of the hook {} is no longer timed: the node stops", name);
            return CompletableFuture.completedFuture(null);
        }
    }

    void succeeded() {
        breaker.succeeded();
    }

    void abandoned() {
        breaker.abandoned();
    }

    /** @return whether it is isolated because of that */
    boolean failed(String why, Optional<Throwable> cause) {
        boolean opened = breaker.failed(why);
        if (opened) {
            LOG.warn(
                    "The hook {} {}; it is isolated until {}",
                    name,
                    why,
                    breaker.isolatedUntil().map(Object::toString).orElse("now"),
                    cause.orElse(null));
            passOverThoseThatWait();
        } else if (isTimeToLog()) {
            LOG.warn("The hook {} {}", name, why, cause.orElse(null));
        }
        return opened;
    }

    private void passOverThoseThatWait() {
        for (Runnable waiting : threads.getQueue().toArray(new Runnable[0])) {
            if (threads.remove(waiting) && waiting instanceof HookRun run) {
                run.passOver(isolated());
            }
        }
    }

    /** One that does not work is not to fill the log as fast as changes come. */
    private boolean isTimeToLog() {
        long now = System.nanoTime();
        long next = logAgainNanos.get();
        return now - next >= 0 && logAgainNanos.compareAndSet(next, now + LOG_EVERY_NANOS);
    }

    /** It could not be told of a change. */
    void logAfter(String why, Throwable cause) {
        if (isTimeToLog()) {
            LOG.warn("The hook {} is told again after a while: {}", name, why, cause);
        }
    }

    /** Changes go on without it. */
    void logPassedOver(String why) {
        if (isTimeToLog()) {
            LOG.warn("Changes pass without the hook {}, which is optional: it {}", name, why);
        }
    }

    void hangs() {
        hung.incrementAndGet();
    }

    void hangsNoMore() {
        hung.decrementAndGet();
    }

    int hungCalls() {
        return hung.get();
    }

    int waiting() {
        return threads.getQueue().size();
    }

    boolean isIsolated() {
        return fault.isPresent() || breaker.isolatedUntil().isPresent();
    }

    /** @param collection of the change that may not pass */
    PatchbayException unavailable(String collection, String why) {
        return new PatchbayException(
                ErrorCode.HOOK_UNAVAILABLE,
                "Changes of '%s' have to pass the hook '%s', which %s; nothing was written, try again."
                        .formatted(collection, name, why),
                Map.of("hook", name, "collection", collection));
    }

    ComponentState describe(Optional<ChangeTeller> teller) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "collections",
                String.join(" ", terms.collections().stream().sorted().toList()));
        facts.put("order", Integer.toString(terms.order()));
        facts.put("required", Boolean.toString(terms.required()));
        facts.put("time limit", terms.timeLimit().toMillis() + " ms");
        facts.put("calls", Integer.toString(threads.getActiveCount()));
        facts.put("waiting", Integer.toString(waiting()));
        if (hung.get() > 0) {
            facts.put("hung calls", Integer.toString(hung.get()));
        }
        breaker.isolatedUntil().ifPresent(until -> facts.put("isolated until", until.toString()));
        fault.or(breaker::lastFailure).ifPresent(why -> facts.put("last failure", "it " + why));
        teller.ifPresent(tells -> {
            facts.put("told after", Long.toString(tells.told()));
            facts.put("behind", Long.toString(tells.behind()));
            Optional.of(tells.failure()).filter(why -> !why.isEmpty()).ifPresent(why -> facts.put("not told", why));
        });
        return ComponentState.of("engine/hooks/" + name, state(), facts);
    }

    private String state() {
        if (fault.isPresent()) {
            return "failed";
        }
        if (hung.get() >= Limits.HOOK_CALLS) {
            return "hung";
        }
        if (breaker.isProbing()) {
            return "probing";
        }
        return breaker.isolatedUntil().isPresent() ? "isolated" : "serving";
    }

    /** Runs on its threads, for its terms. */
    CompletableFuture<HookTerms> ask(Hook hook) {
        return CompletableFuture.supplyAsync(() -> HookRun.underItsLoader(hook, hook::terms), threads);
    }

    /** What runs and waits may end: it finds that this version serves no more. */
    void close() {
        threads.shutdown();
    }

    /** What runs is interrupted. */
    void closeNow() {
        threads.shutdownNow();
    }
}
