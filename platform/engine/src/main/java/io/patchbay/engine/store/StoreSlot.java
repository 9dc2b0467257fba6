package io.patchbay.engine.store;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.feed.Position;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place that one store is plugged into.
 *
 * <p>It opens the bound adapter's store as soon as the adapter is there, and opens it anew when the adapter's bundle is updated. While there is none, callers wait, bounded, and then
 * get STORE_UNAVAILABLE; no other store is ever taken instead. All opening and closing happens on one thread of its own ("the slot's thread"), except {@link #switchTo}, which a migration calls
 * while the committer is paused. {@link #use} is for any thread that may wait.
 */
public final class StoreSlot implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreSlot.class);
    private static final String NOT_OPEN = "The store is not open yet.";
    private static final String STOPPING = "the node is stopping";
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final Providers providers;
    private final Path dataFolder;
    private final BindingsFile file;
    private final String firstAdapter;
    private final StoreSealing sealing;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "patchbay-store-slot"));

    // Held while what is bound or open changes hands: the slot's thread and a migration take turns.
    private final Object turn = new Object();
    private final Object changed = new Object();
    // Written under `turn`; read by any thread.
    private volatile @Nullable OpenStore current;
    private volatile boolean stopping;
    // Why no store is open, or why its opening could not be told of; empty if all is well.
    private volatile String fault = NOT_OPEN;
    private volatile @Nullable StoreBindings bindings;
    private @Nullable AutoCloseable subscription;
    private volatile Runnable opened = () -> {};
    private final CompletableFuture<StoreBindings> firstBindings = new CompletableFuture<>();
    // Under `turn`: a store was opened, and `opened` has not succeeded yet.
    private boolean untold;
    // Under `turn`: since when the bound adapter is not there.
    private Absence absence = new Absence();

    /** @param firstAdapter what serves the documents of a node that has none yet */
    public StoreSlot(Providers providers, Path dataFolder, String firstAdapter, StoreSealing sealing) {
        this.providers = providers;
        this.sealing = sealing;
        this.dataFolder = dataFolder;
        this.file = new BindingsFile(dataFolder);
        this.firstAdapter = firstAdapter;
    }

    /** @param opened runs on the slot's thread after each opening of the store; callers may be using it already */
    public void start(Runnable opened) {
        this.opened = opened;
        subscription = providers.onChange(DocumentStoreFactory.class, this::check);
        thread.scheduleWithFixedDelay(this::follow, 0, RETRY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * The store that serves now; waits up to {@code LEASE_WAIT} for one.
     *
     * @throws PatchbayException STORE_UNAVAILABLE if none came; STOPPING
     */
    public StoreUse use() {
        return use(Limits.LEASE_WAIT);
    }

    public StoreUse use(Duration wait) {
        OpenStore open = current;
        if (open != null && open.tryUse()) {
            return new StoreUse(open);
        }
        return await(wait);
    }

    private StoreUse await(Duration wait) {
        long deadline = System.nanoTime() + wait.toNanos();
        synchronized (changed) {
            while (true) {
                // No adapter comes any more: its bundle stops before the engine does.
                if (stopping || nodeStops()) {
                    throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.");
                }
                OpenStore open = current;
                if (open != null && open.tryUse()) {
                    return new StoreUse(open);
                }
                long leftMs = (deadline - System.nanoTime()) / 1_000_000;
                if (leftMs <= 0) {
                    throw unavailable();
                }
                try {
                    changed.wait(leftMs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.", e);
                }
            }
        }
    }

    private PatchbayException unavailable() {
        String why = fault.isEmpty() ? "it is being opened anew." : fault;
        return new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The document store is unavailable: " + why);
    }

    /** {@code serving} or {@code unavailable}. */
    public String state() {
        return current == null ? "unavailable" : "serving";
    }

    /** What is wrong; empty while a store is open. */
    public Optional<String> findFault() {
        return current == null ? Optional.of(fault).filter(text -> !text.isEmpty()) : Optional.empty();
    }

    /** What operators see of it; whoever keeps the follower adds how far it is behind. */
    public StoreInfo describe() {
        OpenStore open = current;
        Optional<StoreBindings> bound = findBindings();
        String adapter = bound.map(b -> b.current().adapter()).orElse(firstAdapter);
        boolean sealed = bound.map(b -> b.current().sealed()).orElse(sealing.sealsNew());
        Optional<String> follower = bound.flatMap(StoreBindings::follower).map(Binding::adapter);
        if (open == null || !open.tryUse()) {
            return new StoreInfo("documents", "unavailable", adapter, sealed, 0, "", follower, 0, findFault());
        }
        try (StoreUse use = new StoreUse(open)) {
            StoreState state = use.store().state();
            String position = new Position(state.epoch(), state.lastOffset()).toString();
            return new StoreInfo(
                    "documents",
                    "serving",
                    adapter,
                    sealed,
                    state.totals().documents(),
                    position,
                    follower,
                    0,
                    use.store().findFault());
        }
    }

    /** What is bound; empty until the slot has read its file. */
    public Optional<StoreBindings> findBindings() {
        return Optional.ofNullable(bindings);
    }

    /** Completes on the slot's thread with what was bound when the node started. */
    public CompletionStage<StoreBindings> bound() {
        return firstBindings;
    }

    /** The open store, if there is one: for a migration, which holds the committer or reads only. */
    public Optional<OpenStore> findOpen() {
        return Optional.ofNullable(current);
    }

    /**
     * Opens another store beside the one that serves, for a migration, which owns it until it hands it to {@link #switchTo} or closes it. The folder is made if need be. May wait.
     *
     * @throws PatchbayException UNAVAILABLE if there is no such adapter; STORE_UNAVAILABLE if it can't open
     */
    public OpenStore openBeside(Binding binding) {
        return open(binding, providers.acquire(DocumentStoreFactory.class, binding.adapter()));
    }

    /** As {@link #openBeside}, if the adapter is there now: for whoever has to end when the node does, and must not wait. */
    public Optional<OpenStore> findBeside(Binding binding) {
        return providers.find(DocumentStoreFactory.class, binding.adapter()).map(lease -> open(binding, lease));
    }

    /**
     * Writes {@code next} as what is bound, then lets {@code store} serve, from one call to the next: readers see no gap. Called while the committer is paused, so it waits for nobody: calls
     * under way go on in the store that served before, which is handed back open. The caller lets it follow, or retires and closes it.
     */
    public Optional<OpenStore> switchTo(OpenStore store, StoreBindings next) {
        OpenStore before;
        synchronized (turn) {
            file.write(next);
            // From here on the bindings name the store: nothing below may fail, or its files would be taken for
            // leftovers.
            before = current;
            store.revive();
            bindings = next;
            fault = "";
            become(store);
        }
        return Optional.ofNullable(before).filter(old -> old != store);
    }

    /** Changes what is written about the follower; what serves stays. */
    public void writeFollower(Optional<Binding> follower) {
        synchronized (turn) {
            StoreBindings now = bindings;
            if (now == null) {
                throw unavailable();
            }
            StoreBindings next = new StoreBindings(now.current(), follower);
            file.write(next);
            bindings = next;
        }
    }

    private void become(@Nullable OpenStore open) {
        synchronized (changed) {
            current = open;
            changed.notifyAll();
        }
    }

    /** A folder, relative to {@code data}, that no store has had. */
    public String newDirectory(String adapter) {
        int number = 1;
        while (Files.exists(dataFolder.resolve("documents-" + number + "-" + adapter))) {
            number++;
        }
        return "documents-" + number + "-" + adapter;
    }

    public Path folderOf(Binding binding) {
        return dataFolder.resolve(binding.directory());
    }

    private void check() {
        try {
            thread.execute(this::follow);
        } catch (RejectedExecutionException stopped) {
            // The slot is closed; nothing is left to follow.
        }
    }

    /** Brings the slot in line with the adapters that are there. On the slot's thread. */
    private void follow() {
        synchronized (turn) {
            followInTurn();
        }
    }

    private void followInTurn() {
        try {
            StoreBindings bound = bindings;
            if (bound == null) {
                bound = file.read().orElseGet(this::bindFirst);
                bindings = bound;
                firstBindings.complete(bound);
            }
            OpenStore open = current;
            if (open != null && open.current()) {
                tellOpened();
                return;
            }
            closeCurrent(nodeStops() ? STOPPING : "its adapter is updated or removed");
            Optional<Lease<DocumentStoreFactory>> lease =
                    providers.find(DocumentStoreFactory.class, bound.current().adapter());
            if (lease.isPresent()) {
                openCurrent(bound.current(), lease.get());
            } else {
                miss(bound.current().adapter());
            }
        } catch (RuntimeException | Error e) {
            // Of an Error too, whatever it is: a task that throws is not run again, and no adapter would ever be
            // opened.
            String told = e instanceof PatchbayException ? String.valueOf(e.getMessage()) : e.toString();
            if (!told.equals(fault)) {
                LOG.error("The document store can't be used: {}", told, e);
            }
            fault = told;
        }
    }

    /** Told in the log once, when the start has settled: until then adapters that are installed may still be starting. */
    private void miss(String adapter) {
        String there = String.join(", ", providers.names(DocumentStoreFactory.class));
        fault = "No plugin offers the adapter '" + adapter
                + "', which serves the documents: install the plugin with it again ('patchbay plugin install FILE'). Adapters that are there: "
                + (there.isEmpty() ? "none" : there) + ".";
        if (absence.isToBeTold(System.nanoTime(), nodeStarts()) && !nodeStops()) {
            LOG.error("The documents are unavailable. {}", fault);
        }
    }

    private StoreBindings bindFirst() {
        StoreBindings first = new StoreBindings(
                new Binding(firstAdapter, newDirectory(firstAdapter), Map.of(), sealing.sealsNew()), Optional.empty());
        file.write(first);
        return first;
    }

    private void openCurrent(Binding binding, Lease<DocumentStoreFactory> lease) {
        OpenStore open = open(binding, lease);
        try {
            if (open.store().state().epoch().isEmpty()) {
                open.store().begin(newEpoch(), 0);
            }
        } catch (RuntimeException | Error e) {
            open.close();
            throw e;
        }
        become(open);
        absence = new Absence();
        LOG.info("Documents are served by {}", binding);
        untold = true;
        tellOpened();
    }

    /** Again at the next look, if it fails. */
    private void tellOpened() {
        if (untold) {
            opened.run();
            untold = false;
            fault = "";
        }
    }

    /** Names a new history: short, and never the same twice. */
    public static String newEpoch() {
        return UUID.randomUUID().toString().substring(0, 8) + Long.toString(System.currentTimeMillis(), 36);
    }

    private OpenStore open(Binding binding, Lease<DocumentStoreFactory> lease) {
        try {
            Path folder = folderOf(binding);
            Files.createDirectories(folder);
            return new OpenStore(binding, open(binding, lease.provider(), folder), lease);
        } catch (IOException e) {
            lease.close();
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE, "The store's folder can't be made: " + e.getMessage() + ".", e);
        } catch (RuntimeException e) {
            lease.close();
            throw e;
        } catch (LinkageError e) {
            lease.close();
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The adapter '" + binding.adapter() + "' is broken: its bundle lacks a class (" + e + ").",
                    e);
        } catch (Error e) {
            lease.close();
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE, "The adapter '" + binding.adapter() + "' failed: " + e + ".", e);
        }
    }

    private DocumentStore open(Binding binding, DocumentStoreFactory adapter, Path folder) {
        if (!binding.sealed()) {
            return adapter.open(folder, binding.settings());
        }
        if (!adapter.seals()) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The adapter '" + binding.adapter()
                            + "' keeps documents in clear only, and data/bindings says that they are sealed. For a new node that is to keep them in clear, set 'encryption.enabled: false' and delete data/bindings.");
        }
        return adapter.open(folder, binding.settings(), sealing.openSealer(folder));
    }

    /** Whether stores that are made from now on are sealed, unless their operator says otherwise. */
    public boolean sealsNew() {
        return sealing.sealsNew();
    }

    /** When a node stops, its adapters go before the engine does. */
    public static boolean nodeStops() {
        return nodeIs(Bundle.STOPPING);
    }

    /** While it does, bundles are still being started. */
    public static boolean nodeStarts() {
        return nodeIs(Bundle.STARTING);
    }

    private static boolean nodeIs(int state) {
        Bundle engine = FrameworkUtil.getBundle(StoreSlot.class);
        BundleContext context = engine == null ? null : engine.getBundleContext();
        return context != null && context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == state;
    }

    private void closeCurrent(String why) {
        OpenStore open = current;
        become(null);
        if (open != null) {
            LOG.info("The document store closes: {}", why);
            fault = "";
            open.retire(Limits.DRAIN);
            open.close();
        }
    }

    /** Callers that wait get STOPPING; the store is closed. */
    @Override
    public void close() {
        synchronized (changed) {
            stopping = true;
            changed.notifyAll();
        }
        try {
            if (subscription != null) {
                subscription.close();
            }
            thread.submit(() -> closeCurrent(STOPPING)).get(Limits.DRAIN.toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("The document store did not close cleanly", e);
        } catch (Exception e) {
            LOG.warn("The listener for adapters could not be removed", e);
        }
        thread.shutdownNow();
    }
}
