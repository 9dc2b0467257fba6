package io.patchbay.engine.migration;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.Stores;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.api.plugin.Jobs;
import io.patchbay.api.plugin.Providers;
import io.patchbay.engine.commit.CommitterPause;
import io.patchbay.engine.plane.DataPlane;
import io.patchbay.engine.store.Binding;
import io.patchbay.engine.store.OpenStore;
import io.patchbay.engine.store.StoreBindings;
import io.patchbay.engine.store.StoreSlot;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's one store so far, {@code documents}: swapped, rolled back and dropped by one job at a time. Any thread. */
@org.osgi.service.component.annotations.Component(
        service = {Stores.class, Component.class},
        immediate = true)
public final class DocumentStores implements Stores, Component {
    public static final String DOCUMENTS = "documents";

    private static final String SWAP = "store-swap";
    private static final String ROLLBACK = "store-rollback";
    private static final Logger LOG = LoggerFactory.getLogger(DocumentStores.class);

    private final DataPlane plane;
    private final StoreSlot slot;
    private final Providers providers;
    private final Jobs jobs;
    private final StoreFolders folders;
    private final StoreMeters meters;

    // All guarded by this.
    private @Nullable Job running;
    private @Nullable Follower follower;
    private boolean starting = true;
    private boolean stopping;

    @Activate
    public DocumentStores(
            BundleContext context, @Reference DataPlane plane, @Reference Providers providers, @Reference Jobs jobs) {
        this(
                plane,
                providers,
                jobs,
                Path.of(String.valueOf(context.getProperty("patchbay.home"))).resolve("data"));
    }

    DocumentStores(DataPlane plane, Providers providers, Jobs jobs, Path dataFolder) {
        this.plane = plane;
        this.slot = plane.slot();
        this.providers = providers;
        this.jobs = jobs;
        this.folders = new StoreFolders(slot, dataFolder);
        this.meters = new StoreMeters(plane.metrics());
        plane.metrics()
                .gauge(
                        "patchbay_store_follower_lag_transactions",
                        "Transactions that the store which follows is behind.",
                        this::followerLag);
        slot.bound().thenAcceptAsync(this::resume);
    }

    /** What a restart finds: leftovers of an interrupted swap go, and the old store follows on. */
    private synchronized void resume(StoreBindings bindings) {
        if (!stopping) {
            folders.cleanUp(bindings);
            bindings.follower().ifPresent(this::followAnew);
        }
        starting = false;
        notifyAll();
    }

    private void followAnew(Binding binding) {
        CommitTap tap = new CommitTap();
        plane.committer().addListener(tap);
        follow(binding, tap, null);
    }

    /** @param tap listens to the committer already */
    private synchronized void follow(Binding binding, CommitTap tap, @Nullable OpenStore open) {
        follower = new Follower(slot, plane.committer(), plane.feed(), binding, tap, open);
    }

    @Override
    public List<StoreInfo> list() {
        Optional<StoreBindings> bindings = slot.findBindings();
        Optional<StoreState> state = findState();
        Follower following;
        boolean migrating;
        synchronized (this) {
            following = follower;
            migrating = running != null && running.state() == Job.State.RUNNING;
        }
        Optional<String> fault = slot.findFault();
        if (fault.isEmpty() && following != null) {
            fault = following.findFault().map(text -> "The store that follows does not: " + text);
        }
        return List.of(new StoreInfo(
                DOCUMENTS,
                migrating && state.isPresent() ? "migrating" : slot.state(),
                bindings.map(bound -> bound.current().adapter()).orElse("none"),
                state.map(known -> known.totals().documents()).orElse(0L),
                plane.feed().position().toString(),
                bindings.flatMap(StoreBindings::follower).map(Binding::adapter),
                following == null ? 0 : following.lag(),
                fault));
    }

    /** Not a number if no store follows. */
    private double followerLag() {
        Follower following;
        synchronized (this) {
            following = follower;
        }
        return following == null ? Double.NaN : following.lag();
    }

    private Optional<StoreState> findState() {
        try {
            return slot.findOpen().map(open -> open.store().state());
        } catch (PatchbayException closedMeanwhile) {
            return Optional.empty();
        }
    }

    @Override
    public synchronized Job swap(String store, String adapter, Map<String, String> settings) {
        StoreBindings bound = requireIdle(store);
        List<String> known = providers.names(DocumentStoreFactory.class);
        if (!known.contains(adapter)) {
            throw new PatchbayException(
                    ErrorCode.NOT_FOUND,
                    "No plugin offers the adapter '" + adapter + "'" + Nearest.hint(adapter, known) + "; there are: "
                            + String.join(", ", known) + ".");
        }
        if (bound.current().adapter().equals(adapter)
                && bound.current().settings().equals(settings)) {
            throw new PatchbayException(ErrorCode.CONFLICT, "The documents are served by " + adapter + " already.");
        }
        if (bound.follower().isPresent()) {
            Binding old = bound.follower().get();
            if (old.adapter().equals(adapter)
                    && (settings.isEmpty() || old.settings().equals(settings))) {
                return start(SWAP, "swap documents to " + adapter, this::handBack);
            }
            throw new PatchbayException(
                    ErrorCode.CONFLICT,
                    "The store in " + old.adapter() + " still follows; drop it first: patchbay store drop " + DOCUMENTS
                            + ".");
        }
        Binding to = new Binding(adapter, slot.newDirectory(adapter), settings);
        return start(SWAP, "swap documents to " + adapter, control -> move(to, control));
    }

    @Override
    public synchronized Job rollBack(String store) {
        requireFollower(requireIdle(store));
        return start(ROLLBACK, "roll documents back", this::handBack);
    }

    @Override
    public void drop(String store) {
        Follower dropped;
        synchronized (this) {
            requireFollower(requireIdle(store));
            requireServing();
            dropped = follower;
            if (dropped != null) {
                folders.mark(dropped.binding());
                slot.writeFollower(Optional.empty());
                follower = null;
            }
        }
        if (dropped != null) {
            dropped.close();
            folders.delete(dropped.binding());
            LOG.info("The store {} is dropped", dropped.binding());
        }
    }

    /** As long as the store that serves is not open, the one that follows may be the only copy that can be read. */
    private void requireServing() {
        if (slot.findOpen().isEmpty()) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The store that serves the documents is not open, so the one that follows is kept: it may be the only copy that can be read.");
        }
    }

    /** Guarded by this. */
    private StoreBindings requireIdle(String store) {
        if (!store.equals(DOCUMENTS)) {
            throw new PatchbayException(
                    ErrorCode.NOT_FOUND, "There is no store '" + store + "'; there is: " + DOCUMENTS + ".");
        }
        awaitStarted();
        Job current = running;
        if (current != null && current.state() == Job.State.RUNNING) {
            throw new PatchbayException(
                    ErrorCode.CONFLICT,
                    "The job " + current.id() + " (" + current.title() + ") is under way; wait for it or cancel it.");
        }
        return slot.findBindings()
                .orElseThrow(() -> new PatchbayException(
                        ErrorCode.STORE_UNAVAILABLE,
                        "The document store is unavailable: " + slot.findFault().orElse("it is not open yet.")));
    }

    private void awaitStarted() {
        long deadline = System.nanoTime() + Limits.LEASE_WAIT.toNanos();
        while (starting) {
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                throw new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The document store is not open yet.");
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.", e);
            }
        }
    }

    private static void requireFollower(StoreBindings bound) {
        if (bound.follower().isEmpty()) {
            throw new PatchbayException(
                    ErrorCode.CONFLICT,
                    "No store follows the one in " + bound.current().adapter() + ".");
        }
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
        meters.ended(job);
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
        Migration.Done done =
                new Migration(slot, plane.committer(), plane.feed(), plane.catalog(), folders, to).run(control);
        Binding from = done.before().binding();
        follow(from, done.tap(), done.before());
        meters.moved(System.nanoTime() - began, done.documents());
        return "The documents are served by " + to.adapter() + ": " + done.documents()
                + (done.documents() == 1 ? " document" : " documents") + " (the node's own too) moved in "
                + (System.nanoTime() - began) / 1_000_000 + " ms, writers waited " + done.pauseMs() + " ms; "
                + from.adapter()
                + " follows until it is dropped.";
    }

    /** To the store that follows, as in the last part of a migration. */
    private String handBack(JobControl control) {
        Follower old;
        synchronized (this) {
            old = follower;
        }
        if (old == null) {
            throw new PatchbayException(ErrorCode.CONFLICT, "No store follows.");
        }
        control.progress("catching up", 0, old.lag(), "transactions");
        old.catchUp(control);
        control.pointOfNoReturn();
        CommitTap tap = new CommitTap();
        OpenStore before;
        Binding from;
        long pausedNanos;
        try (CommitterPause pause = plane.committer().pause(Limits.WRITER_WAIT)) {
            long began = System.nanoTime();
            from = slot.findBindings().orElseThrow().current();
            OpenStore store = old.takeOver(pause.state());
            Failpoints.reach("back.paused");
            plane.committer().addListener(tap);
            before = switchTo(store, old, from, tap);
            Failpoints.reach("back.switched");
            pausedNanos = System.nanoTime() - began;
        }
        old.close();
        follow(from, tap, before);
        return "The documents are served by " + old.binding().adapter() + " again, writers waited "
                + pausedNanos / 1_000_000 + " ms; " + from.adapter() + " follows until it is dropped.";
    }

    private OpenStore switchTo(OpenStore store, Follower old, Binding from, CommitTap tap) {
        try {
            return slot.switchTo(store, new StoreBindings(old.binding(), Optional.of(from)))
                    .orElseThrow();
        } catch (RuntimeException | Error e) {
            // The bindings could not be written, so nothing has changed: the store opens anew and follows on.
            plane.committer().removeListener(tap);
            store.close();
            old.close();
            followAnew(old.binding());
            throw e;
        }
    }

    @Override
    public ComponentState describe() {
        StoreInfo info = list().get(0);
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("adapter", info.adapter());
        facts.put("documents", String.valueOf(info.documents()));
        info.follower().ifPresent(adapter -> {
            facts.put("follower", adapter);
            facts.put("followerLag", String.valueOf(info.followerLag()));
        });
        info.fault().ifPresent(fault -> facts.put("fault", fault));
        return ComponentState.of("engine/stores", info.state(), facts);
    }

    /** A swap under way is called off, bounded; the old store goes on following at the next start. */
    @Deactivate
    void stop() {
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
    }
}
