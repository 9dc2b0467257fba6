package io.patchbay.engine.hooks;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.hook.Hook;
import io.patchbay.api.hook.HookTerms;
import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hooks that are plugged in, and the way of changes past them. Any thread; only {@link #refresh} may wait.
 *
 * <p>Whoever plugs a hook in is told of it by the switchboard before the plug is done, and the set of hooks is another one by then: what the committer decides from that moment on has passed the new
 * hook, for it takes nothing that an older set has judged.
 */
public final class Hooks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("hooks");
    /** After which the terms of a hook that would not tell them are asked for again. */
    private static final int ASK_AGAIN_SECONDS = 5;

    private final Providers providers;
    private final Metrics metrics;
    private final Clock clock;
    private final ScheduledThreadPoolExecutor timer;
    /** Asks hooks for their terms, which may take its time. */
    private final ScheduledThreadPoolExecutor asker;

    private final AtomicLong bytes = new AtomicLong();
    private final AutoCloseable changes;
    private final AutoCloseable shown;
    private volatile HookSet current = HookSet.NONE;
    private volatile boolean closed;
    private final Map<PluggedHook, ChangeTeller> tellers = new ConcurrentHashMap<>();
    // Guarded by this.
    private boolean willAskAgain;
    private Optional<ChangeTelling> telling = Optional.empty();

    public Hooks(Providers providers, Metrics metrics, Clock clock) {
        this.providers = providers;
        this.metrics = metrics;
        this.clock = clock;
        timer = thread("patchbay-hook-times");
        asker = thread("patchbay-hook-terms");
        shown = metrics.whenAsked(this::show);
        changes = providers.onChange(Hook.class, this::refresh);
        refresh();
    }

    private static ScheduledThreadPoolExecutor thread(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private void show(Metrics asked) {
        LimitGauges.show(asked, "engine", "hook_failures", Breaker.FAILURES);
        LimitGauges.show(asked, "engine", "hook_isolation_min", Breaker.SHORTEST);
        LimitGauges.show(asked, "engine", "hook_isolation_max", Breaker.LONGEST);
        asked.gauge(
                "patchbay_hooks",
                "Hooks that are plugged in.",
                () -> current.hooks().size());
        asked.gauge(
                "patchbay_hooks_isolated",
                "Hooks that are not asked now because they failed.",
                () -> count(hook -> hook.isIsolated() ? 1 : 0));
        asked.gauge(
                "patchbay_hook_calls_hung",
                "Calls of hooks that took too long and have not come back.",
                this::hungCalls);
        asked.gauge(
                "patchbay_hook_queue",
                "Transactions that wait for hooks, all hooks together.",
                () -> count(PluggedHook::waiting));
        asked.gauge(
                "patchbay_hook_behind_transactions",
                "Transactions that hooks which are told of durable changes have not looked at yet, of the slowest hook.",
                () -> tellers.values().stream()
                        .mapToLong(ChangeTeller::behind)
                        .max()
                        .orElse(0));
        asked.gauge("patchbay_hook_bytes", "Bytes of the documents that hooks are being asked about.", bytes::get);
    }

    private long count(ToLongFunction<PluggedHook> what) {
        return current.hooks().stream().mapToLong(what).sum();
    }

    /** Those that serve now. */
    public HookSet current() {
        return current;
    }

    /**
     * Asks the hooks of {@code set} about the changes that each wants, in the set's order; what one has refused the later ones are not asked about.
     *
     * @return false if a hook was swapped meanwhile: wait for {@link #refreshed}, and begin anew with changes that no hook has seen; fails with HOOK_UNAVAILABLE, OVERLOADED
     */
    public CompletionStage<Boolean> judge(HookSet set, List<Proposal> proposals) {
        long size = proposals.stream().mapToLong(Proposal::bytes).sum();
        if (bytes.addAndGet(size) > Limits.HOOK_BYTES) {
            bytes.addAndGet(-size);
            return CompletableFuture.failedFuture(PatchbayException.beyond(
                    "hook_bytes",
                    ErrorCode.OVERLOADED,
                    "Hooks are being asked about %d MiB of documents already; nothing was written, try again in a moment."
                            .formatted(Limits.HOOK_BYTES >> 20)));
        }
        return judgeInOrder(set, proposals).whenComplete((holds, failure) -> bytes.addAndGet(-size));
    }

    private static CompletionStage<Boolean> judgeInOrder(HookSet set, List<Proposal> proposals) {
        CompletionStage<Boolean> judged = CompletableFuture.completedFuture(true);
        for (PluggedHook hook : set.hooks()) {
            judged = judged.thenCompose(
                    holds -> holds ? judge(hook, proposals) : CompletableFuture.completedFuture(false));
        }
        return judged;
    }

    private static CompletionStage<Boolean> judge(PluggedHook hook, List<Proposal> proposals) {
        List<Proposal> wanted = proposals.stream()
                .filter(proposal -> proposal.refusal().isEmpty())
                .filter(proposal -> hook.terms().wants(proposal.change().collection()))
                .toList();
        return wanted.isEmpty() ? CompletableFuture.completedFuture(true) : hook.judge(wanted);
    }

    /** Completes when what is plugged in by now is known; fails with STOPPING. */
    public CompletionStage<Void> refreshed() {
        try {
            return CompletableFuture.runAsync(this::refresh, asker);
        } catch (RejectedExecutionException stopping) {
            return CompletableFuture.failedFuture(new PatchbayException(ErrorCode.STOPPING, "The node is stopping."));
        }
    }

    /** Looks again at which hooks there are. Waits for a new one to tell its terms, at most {@link Limits#HOOK_CALL_MAX}. */
    public synchronized void refresh() {
        if (closed) {
            return;
        }
        List<PluggedHook> before = current.hooks();
        List<PluggedHook> now = new ArrayList<>();
        for (String name : providers.names(Hook.class)) {
            Optional<Lease<Hook>> found = providers.find(Hook.class, name);
            if (found.isPresent()) {
                try (Lease<Hook> lease = found.get()) {
                    now.add(keptOrNew(before, name, lease));
                }
            }
        }
        now.sort(Comparator.comparingInt((PluggedHook hook) -> hook.terms().order())
                .thenComparing(PluggedHook::name));
        if (!now.equals(before)) {
            current = new HookSet(now);
            before.stream().filter(hook -> !now.contains(hook)).forEach(PluggedHook::close);
            tellChanges();
        }
        if (!willAskAgain && now.stream().anyMatch(PluggedHook::isBroken)) {
            willAskAgain = true;
            asker.schedule(this::askAgain, ASK_AGAIN_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** From now on hooks that want to are told of changes, too. */
    public synchronized void tell(ChangeTelling from) {
        telling = Optional.of(from);
        tellChanges();
    }

    private void tellChanges() {
        Map<String, ChangeTeller> ending = new HashMap<>();
        for (PluggedHook hook : List.copyOf(tellers.keySet())) {
            if (!current.hooks().contains(hook)) {
                ChangeTeller teller = tellers.remove(hook);
                teller.close();
                ending.put(hook.name(), teller);
            }
        }
        for (PluggedHook hook : current.hooks()) {
            if (telling.isPresent() && hook.terms().after() && !tellers.containsKey(hook)) {
                ChangeTeller teller = new ChangeTeller(hook, telling.get());
                tellers.put(hook, teller);
                teller.start(Optional.ofNullable(ending.get(hook.name())));
            }
        }
    }

    private synchronized void askAgain() {
        willAskAgain = false;
        refresh();
    }

    private PluggedHook keptOrNew(List<PluggedHook> before, String name, Lease<Hook> lease) {
        return before.stream()
                .filter(hook ->
                        hook.name().equals(name) && hook.generation() == lease.generation() && !hook.canBeAskedAgain())
                .findFirst()
                .orElseGet(() -> plug(name, lease));
    }

    private PluggedHook plug(String name, Lease<Hook> lease) {
        HookMeters meters = new HookMeters(metrics, name);
        PluggedHook asked = plugged(name, lease, HookTerms.onEvery(), meters);
        CompletableFuture<HookTerms> answer = asked.ask(lease.provider());
        try {
            HookTerms terms = answer.get(Limits.HOOK_CALL_MAX.toMillis(), TimeUnit.MILLISECONDS);
            if (terms == null) {
                throw new IllegalStateException("they are null");
            }
            return plugged(name, lease, terms, meters);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return broken(name, lease, answer, meters, e);
        } catch (Exception e) {
            return broken(name, lease, answer, meters, e);
        } finally {
            asked.closeNow();
        }
    }

    /** Which changes it is for is not known, so none may pass without it. */
    private PluggedHook broken(String name, Lease<Hook> lease, Future<?> answer, HookMeters meters, Exception e) {
        LOG.error(
                "The hook {} does not say what it is for: every change is refused until it does, or is uninstalled",
                name,
                e);
        return new PluggedHook(
                providers,
                timer,
                clock,
                name,
                lease.generation(),
                HookTerms.onEvery(),
                Optional.of("it did not tell its terms"),
                answer,
                meters);
    }

    private PluggedHook plugged(String name, Lease<Hook> lease, HookTerms terms, HookMeters meters) {
        Future<?> told = CompletableFuture.completedFuture(terms);
        return new PluggedHook(
                providers, timer, clock, name, lease.generation(), terms, Optional.empty(), told, meters);
    }

    public ComponentState describe() {
        List<PluggedHook> hooks = current.hooks();
        boolean isolated = hooks.stream().anyMatch(PluggedHook::isIsolated);
        return new ComponentState(
                "engine/hooks",
                isolated ? "degraded" : "running",
                Map.of("hooks", Integer.toString(hooks.size())),
                hooks.stream()
                        .map(hook -> hook.describe(Optional.ofNullable(tellers.get(hook))))
                        .toList());
    }

    /** Calls that took too long and have not come back. */
    public long hungCalls() {
        return count(PluggedHook::hungCalls)
                + tellers.values().stream().filter(ChangeTeller::hangs).count();
    }

    /** Calls whose time is watched. */
    int timed() {
        return timer.getQueue().size();
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            changes.close();
            shown.close();
        } catch (Exception e) {
            throw new IllegalStateException("ending to listen and to be measured does not fail", e);
        }
        current.hooks().forEach(PluggedHook::close);
        tellers.values().forEach(ChangeTeller::close);
        timer.shutdownNow();
        asker.shutdownNow();
    }
}
