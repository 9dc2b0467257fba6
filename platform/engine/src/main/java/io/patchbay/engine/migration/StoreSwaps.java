package io.patchbay.engine.migration;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.StoreVerification;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.api.plugin.Jobs;
import io.patchbay.engine.keys.Sealing;
import io.patchbay.engine.migration.SwappableStore.Pause;
import io.patchbay.engine.migration.SwappableStore.Standing;
import io.patchbay.engine.store.Binding;
import io.patchbay.engine.store.StoreBindings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One store of the node: swapped, rolled back, compared and dropped by one job at a time. Any thread. */
final class StoreSwaps implements AutoCloseable {
    private static final String SWAP = "store-swap";
    private static final String ROLLBACK = "store-rollback";
    private static final String VERIFY = "store-verify";
    private static final String SEAL = "store-seal";
    private static final Logger LOG = LoggerFactory.getLogger(StoreSwaps.class);

    private final SwappableStore store;
    private final Jobs jobs;
    private final Sealing sealing;
    private final StoreFolders folders;
    private final StoreMeters meters;
    private final AutoCloseable lagGauge;

    // All guarded by this.
    private @Nullable Job running;
    private @Nullable Follower follower;
    private Optional<StoreVerification> verified = Optional.empty();
    private FoundDifferences differences = new FoundDifferences();
    private boolean starting = true;
    private boolean stopping;

    StoreSwaps(SwappableStore store, Jobs jobs, Metrics metrics, Sealing sealing, Path dataFolder) {
        this.store = store;
        this.jobs = jobs;
        this.sealing = sealing;
        this.folders = new StoreFolders(store, dataFolder);
        this.meters = new StoreMeters(metrics, store.name());
        this.lagGauge = metrics.gauge(
                "patchbay_store_follower_lag_transactions",
                "Transactions that the store which follows is behind.",
                this::followerLag,
                "store",
                store.name());
        store.bound().thenAcceptAsync(this::resume);
    }

    /** What a restart finds: leftovers of an interrupted swap go, and the old store follows on. */
    private synchronized void resume(StoreBindings bindings) {
        if (!stopping) {
            folders.cleanUp(bindings);
            sealing.forgetUnusedKeys();
            Optional<Binding> follower = bindings.follower();
            if (follower.isPresent() && isLeftOver(follower.get(), bindings.current())) {
                dropLeftOver(follower.get());
            } else {
                follower.ifPresent(binding -> follow(binding, null));
            }
        }
        starting = false;
        notifyAll();
        goOnSealing(bindings);
    }

    /** Of a node that was killed after all was sealed anew, before the old store was deleted. */
    private boolean isLeftOver(Binding follower, Binding current) {
        return follower.sealed()
                && follower.adapter().equals(current.adapter())
                && sealing.isOutdated(store.folderOf(follower))
                && !sealing.isOutdated(store.folderOf(current));
    }

    private void dropLeftOver(Binding old) {
        folders.mark(old);
        store.writeFollower(Optional.empty());
        folders.delete(old);
        sealing.forgetUnusedKeys();
    }

    private void goOnSealing(StoreBindings bindings) {
        try {
            if (!stopping && bindings.follower().isEmpty()) {
                sealAnew().ifPresent(job -> LOG.info("The rotation of the data keys goes on: {}", job.title()));
            }
        } catch (PatchbayException e) {
            LOG.warn("The {} could not be sealed anew: {}", store.name(), e.getMessage());
        }
    }

    /** @param open level with the feed; null to open it anew */
    private synchronized void follow(Binding binding, @Nullable Replica open) {
        follower = new Follower(store, binding, open);
    }

    private synchronized @Nullable Follower follower() {
        return follower;
    }

    StoreInfo describe() {
        Optional<StoreBindings> bindings = store.findBindings();
        Optional<Standing> standing = store.findStanding();
        Follower following;
        boolean migrating;
        synchronized (this) {
            following = follower;
            migrating = running != null
                    && running.state() == Job.State.RUNNING
                    && !running.kind().equals(VERIFY);
        }
        Optional<String> fault = store.findFault();
        if (fault.isEmpty() && following != null) {
            fault = following.findFault().map(text -> "The store that follows does not: " + text);
        }
        return new StoreInfo(
                store.name(),
                migrating && standing.isPresent() ? "migrating" : store.state(),
                bindings.map(bound -> bound.current().adapter()).orElse("none"),
                bindings.map(bound -> bound.current().sealed()).orElse(false),
                standing.map(Standing::items).orElse(0L),
                store.position().toString(),
                bindings.flatMap(StoreBindings::follower).map(Binding::adapter),
                following == null ? 0 : following.lag(),
                fault);
    }

    /** Not a number if no store follows. */
    private double followerLag() {
        Follower following = follower();
        return following == null ? Double.NaN : following.lag();
    }

    synchronized Job swap(String adapter, Map<String, String> settings, boolean plaintext) {
        StoreBindings bound = requireIdle();
        List<String> known = store.adapters();
        if (!known.contains(adapter)) {
            throw new PatchbayException(
                    ErrorCode.NOT_FOUND,
                    "No plugin offers the adapter '" + adapter + "'" + Nearest.hint(adapter, known) + "; there are: "
                            + String.join(", ", known) + ".");
        }
        boolean sealed = store.sealsNew() && !plaintext;
        if (sealed && !store.seals(adapter)) {
            throw new PatchbayException(
                    ErrorCode.BAD_REQUEST,
                    "The adapter '" + adapter
                            + "' can't encrypt: whatever it keeps stands on the disk in clear. If that is meant, say so: patchbay store swap "
                            + store.name() + " --to " + adapter + " --plaintext.");
        }
        if (bound.current().adapter().equals(adapter)
                && bound.current().sealed() == sealed
                && bound.current().settings().equals(settings)) {
            throw new PatchbayException(
                    ErrorCode.CONFLICT, "The " + store.name() + " are served by " + adapter + " already.");
        }
        String title = "swap " + store.name() + " to " + adapter + (sealed ? "" : ", in clear");
        if (bound.follower().isPresent()) {
            Binding old = bound.follower().get();
            if (old.adapter().equals(adapter)
                    && old.sealed() == sealed
                    && (settings.isEmpty() || old.settings().equals(settings))) {
                return start(SWAP, title, control -> handBack(old, control));
            }
            throw new PatchbayException(
                    ErrorCode.CONFLICT,
                    "The store in " + old.adapter() + " still follows; drop it first: patchbay store drop "
                            + store.name() + ".");
        }
        Binding to = new Binding(adapter, store.newDirectory(adapter), settings, sealed);
        return start(SWAP, title, control -> move(to, control));
    }

    /** Empty if nothing is sealed with an old data key. */
    synchronized Optional<Job> sealAnew() {
        StoreBindings bound = requireIdle();
        Binding old = bound.current();
        if (!old.sealed() || !sealing.isOutdated(store.folderOf(old))) {
            return Optional.empty();
        }
        if (bound.follower().isPresent()) {
            throw new PatchbayException(
                    ErrorCode.CONFLICT,
                    "The store in " + bound.follower().get().adapter()
                            + " still follows; drop it first: patchbay store drop " + store.name() + ".");
        }
        Binding to = new Binding(old.adapter(), store.newDirectory(old.adapter()), old.settings(), true);
        return Optional.of(start(SEAL, "seal " + store.name() + " anew", control -> sealAnew(to, control)));
    }

    private String sealAnew(Binding to, JobControl control) {
        Migration.Done done = new Migration(store, folders, to).run(control);
        Binding old = done.before().binding();
        folders.mark(old);
        Failpoints.reach("sealed.marked");
        store.writeFollower(Optional.empty());
        Failpoints.reach("sealed.dropped");
        done.before().close();
        folders.delete(old);
        sealing.forgetUnusedKeys();
        return done.items() + " " + store.unit()
                + " (the node's own too) are sealed with the new data key, writers waited " + done.pauseMs() + " ms.";
    }

    synchronized Job rollBack() {
        Binding old = requireFollower(requireIdle());
        return start(ROLLBACK, "roll " + store.name() + " back", control -> handBack(old, control));
    }

    void drop() {
        Follower dropped;
        synchronized (this) {
            requireFollower(requireIdle());
            requireServing();
            dropped = follower;
            if (dropped != null) {
                folders.mark(dropped.binding());
                store.writeFollower(Optional.empty());
                follower = null;
            }
        }
        if (dropped != null) {
            dropped.close();
            folders.delete(dropped.binding());
            LOG.info("The store {} is dropped", dropped.binding());
        }
    }

    synchronized Job verify(Optional<String> against) {
        StoreBindings bound = requireIdle();
        Binding other = requireFollower(bound);
        if (against.isPresent() && !against.get().equals(other.adapter())) {
            throw new PatchbayException(
                    ErrorCode.CONFLICT,
                    "The store that follows is in " + other.adapter() + ", not in " + against.get() + ".");
        }
        // The job tells its own id, which it has only once it runs.
        CompletableFuture<Job> self = new CompletableFuture<>();
        Job job = start(
                VERIFY,
                "compare " + store.name() + " in " + bound.current().adapter() + " and " + other.adapter(),
                control -> compare(bound, other, self.join().id(), control));
        self.complete(job);
        return job;
    }

    Optional<StoreVerification> findVerification(long skip, int limit) {
        Optional<StoreVerification> last;
        FoundDifferences different;
        synchronized (this) {
            last = verified;
            different = differences;
        }
        return last.map(found -> new StoreVerification(
                found.job(),
                found.serving(),
                found.other(),
                found.position(),
                found.ended(),
                found.took(),
                found.rows(),
                found.differences(),
                different.page(skip, limit)));
    }

    /** As long as the store that serves is not open, the one that follows may be the only copy that can be read. */
    private void requireServing() {
        if (store.findStanding().isEmpty()) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The store that serves the " + store.name()
                            + " is not open, so the one that follows is kept: it may be the only copy that can be read.");
        }
    }

    /** Guarded by this. */
    private StoreBindings requireIdle() {
        awaitStarted();
        Job current = running;
        if (current != null && current.state() == Job.State.RUNNING) {
            throw new PatchbayException(
                    ErrorCode.CONFLICT,
                    "The job " + current.id() + " (" + current.title() + ") is under way; wait for it or cancel it.");
        }
        return store.findBindings()
                .orElseThrow(() -> new PatchbayException(
                        ErrorCode.STORE_UNAVAILABLE,
                        "The store of the " + store.name() + " is unavailable: "
                                + store.findFault().orElse("it is not open yet.")));
    }

    private void awaitStarted() {
        long deadline = System.nanoTime() + Limits.LEASE_WAIT.toNanos();
        while (starting) {
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                throw new PatchbayException(
                        ErrorCode.STORE_UNAVAILABLE, "The store of the " + store.name() + " is not open yet.");
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.", e);
            }
        }
    }

    private static Binding requireFollower(StoreBindings bound) {
        return bound.follower()
                .orElseThrow(() -> new PatchbayException(
                        ErrorCode.CONFLICT,
                        "No store follows the one in " + bound.current().adapter() + "."));
    }

    /** Guarded by this. */
    private Job start(String kind, String title, Function<JobControl, String> body) {
        if (stopping) {
            throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.");
        }
        Job job = jobs.start(kind, title, body);
        running = job;
        job.ended().whenComplete((ended, never) -> ended(job));
        return job;
    }

    private void ended(Job job) {
        if (!job.kind().equals(VERIFY)) {
            meters.ended(job);
        }
        synchronized (this) {
            if (running == job) {
                running = null;
            }
        }
        job.result().ifPresent(LOG::info);
        job.failure().ifPresent(why -> LOG.warn("The job '{}' ended: {}", job.title(), why.getMessage()));
    }

    private String move(Binding to, JobControl control) {
        long began = System.nanoTime();
        Migration.Done done = new Migration(store, folders, to).run(control);
        Binding from = done.before().binding();
        follow(from, done.before());
        long nanos = System.nanoTime() - began;
        meters.moved(nanos, done.items());
        return "The " + store.name() + " are served by " + to.adapter() + ": " + done.items() + " " + store.unit()
                + " (the node's own too) moved in " + nanos / 1_000_000 + " ms, writers waited " + done.pauseMs()
                + " ms; " + from.adapter() + " follows until it is dropped.";
    }

    private String handBack(Binding to, JobControl control) {
        try {
            return handBack(control);
        } catch (RuntimeException | Error e) {
            throw StoreFailure.of(to, e);
        }
    }

    /** To the store that follows, as in the last part of a migration. */
    private String handBack(JobControl control) {
        Follower old = requireFollowing();
        control.progress("catching up", 0, old.lag(), "transactions");
        old.catchUp(control);
        control.checkCancelled();
        Replica before;
        Binding from;
        long pausedNanos;
        try (Pause pause = store.pause(Limits.WRITER_WAIT)) {
            long began = System.nanoTime();
            from = store.findBindings().orElseThrow().current();
            Replica replica = old.takeOver(pause.standing(), control);
            Failpoints.reach("back.paused");
            before = switchTo(replica, old, from);
            Failpoints.reach("back.switched");
            pausedNanos = System.nanoTime() - began;
        }
        old.close();
        follow(from, before);
        return "The " + store.name() + " are served by " + old.binding().adapter() + " again, writers waited "
                + pausedNanos / 1_000_000 + " ms; " + from.adapter() + " follows until it is dropped.";
    }

    private Follower requireFollowing() {
        Follower following = follower();
        if (following == null) {
            throw new PatchbayException(ErrorCode.CONFLICT, "No store follows.");
        }
        return following;
    }

    private Replica switchTo(Replica replica, Follower old, Binding from) {
        try {
            return store.switchTo(replica, new StoreBindings(old.binding(), Optional.of(from)));
        } catch (RuntimeException | Error e) {
            // The bindings could not be written, so nothing has changed: the store opens anew and follows on.
            replica.close();
            old.close();
            follow(old.binding(), null);
            throw e;
        }
    }

    private String compare(StoreBindings bound, Binding other, String job, JobControl control) {
        Follower following = requireFollowing();
        control.progress("catching up", 0, following.lag(), "transactions");
        long began = System.nanoTime();
        long rows;
        FoundDifferences different = new FoundDifferences();
        synchronized (this) {
            verified = Optional.empty();
        }
        try {
            rows = new RowComparison(store, following, control, different::add).run();
        } catch (RuntimeException | Error e) {
            throw StoreFailure.of(other, e);
        }
        long nanos = Math.max(1, System.nanoTime() - began);
        long found = different.number();
        meters.compared(rows, found);
        synchronized (this) {
            differences = different;
            verified = Optional.of(new StoreVerification(
                    job,
                    bound.current().adapter(),
                    other.adapter(),
                    store.position().toString(),
                    Instant.now(),
                    Duration.ofNanos(nanos),
                    rows,
                    found,
                    List.of()));
        }
        String compared = rows + " rows of " + bound.current().adapter() + " and " + other.adapter() + " compared in "
                + nanos / 1_000_000 + " ms (" + rows * 1_000_000_000L / nanos + "/s): ";
        return compared + (found == 0 ? "all are alike." : found + (found == 1 ? " is" : " are") + " not alike.");
    }

    /** A job under way is called off, bounded; the old store goes on following at the next start. */
    @Override
    public void close() {
        Job job;
        synchronized (this) {
            stopping = true;
            job = running;
        }
        if (job != null) {
            job.cancel();
            try {
                job.ended().toCompletableFuture().get(Limits.DRAIN.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                LOG.warn("The job {} did not end in time", job.title());
            }
        }
        // Only now: a swap that could no longer be called off has made a follower meanwhile.
        Follower following;
        synchronized (this) {
            following = follower;
            follower = null;
        }
        if (following != null) {
            following.close();
        }
        try {
            lagGauge.close();
        } catch (Exception e) {
            LOG.warn("The gauge of the follower's lag could not be removed", e);
        }
    }
}
