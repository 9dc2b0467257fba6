package io.patchbay.engine.keyvalue;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.api.kv.KeyValueStoreFactory;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import io.patchbay.engine.store.Binding;
import io.patchbay.engine.store.BindingsFile;
import io.patchbay.engine.store.StoreBindings;
import io.patchbay.engine.store.StoreSealing;
import io.patchbay.engine.store.StoreSlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place that the key-value store is plugged into, as {@link StoreSlot} is for documents; but nothing waits for it. A node that has keys and values opens their store beside its start, once
 * that is through; one that has none, at the first use. Until the bound adapter is there callers wait, bounded, and then get STORE_UNAVAILABLE.
 *
 * <p>Opening and closing happen on one thread of its own ("the slot's thread"); {@link #use} is for any thread that may wait.
 */
final class KeyValueSlot implements AutoCloseable {
    static final String STORE = "kv";

    private static final Logger LOG = LoggerFactory.getLogger(KeyValueSlot.class);
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Providers providers;
    private final Path dataFolder;
    private final BindingsFile file;
    private final String firstAdapter;
    private final StoreSealing sealing;
    private final Consumer<KeyValueStore> prepare;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "patchbay-kv-slot"));
    private final AutoCloseable subscription;

    private final Object changed = new Object();
    // Written by the slot's thread under `changed`.
    private volatile @Nullable OpenKeyValueStore current;
    private volatile boolean stopping;
    /** Somebody has asked for the store, or it was used before. */
    private volatile boolean wanted;
    /** Why no store is open. */
    private volatile String fault = "it is being opened.";
    /** Since when the bound adapter is missing, of {@link System#nanoTime}; 0 if it is not. */
    private volatile long missingSinceNanos;
    // Written by the slot's thread.
    private volatile @Nullable Binding binding;
    // The slot's thread's.
    private boolean looked;

    /**
     * @param firstAdapter what serves a node that has no keys and values yet
     * @param prepare is given each store that was opened, on the slot's thread, before anyone else may use it
     */
    KeyValueSlot(
            Providers providers,
            Path dataFolder,
            String firstAdapter,
            StoreSealing sealing,
            Consumer<KeyValueStore> prepare) {
        this.providers = providers;
        this.dataFolder = dataFolder;
        this.file = new BindingsFile(dataFolder, STORE);
        this.firstAdapter = firstAdapter;
        this.sealing = sealing;
        this.prepare = prepare;
        subscription = providers.onChange(KeyValueStoreFactory.class, this::check);
        thread.scheduleWithFixedDelay(this::follow, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * The store that serves now; waits up to {@code LEASE_WAIT} for one.
     *
     * @throws PatchbayException STORE_UNAVAILABLE if none came; STOPPING
     */
    KeyValueUse use() {
        Optional<KeyValueUse> now = tryUse();
        return now.isPresent() ? now.get() : await();
    }

    /** The store that serves now, if there is one; never waits. */
    Optional<KeyValueUse> tryUse() {
        OpenKeyValueStore open = current;
        return open != null && open.uses.tryBegin() ? Optional.of(new KeyValueUse(open)) : Optional.empty();
    }

    private KeyValueUse await() {
        long deadline = System.nanoTime() + Limits.LEASE_WAIT.toNanos();
        if (!wanted) {
            wanted = true;
            check();
        }
        synchronized (changed) {
            while (true) {
                if (stopping || StoreSlot.nodeStops()) {
                    throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.");
                }
                Optional<KeyValueUse> now = tryUse();
                if (now.isPresent()) {
                    return now.get();
                }
                long leftMs = (deadline - System.nanoTime()) / 1_000_000;
                if (leftMs <= 0 || isLongMissing()) {
                    throw new PatchbayException(
                            ErrorCode.STORE_UNAVAILABLE, "The key-value store is unavailable: " + fault);
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

    /** Then each caller need not wait for it himself: an update takes less. */
    private boolean isLongMissing() {
        long since = missingSinceNanos;
        return since != 0 && System.nanoTime() - since > Limits.LEASE_WAIT.toNanos();
    }

    boolean isOpen() {
        return current != null;
    }

    /** {@code unused}, {@code serving} or {@code unavailable}. */
    String state() {
        return isOpen() ? "serving" : wanted ? "unavailable" : "unused";
    }

    /** What is wrong; empty while a store is open, and where none is wanted. */
    Optional<String> findFault() {
        OpenKeyValueStore open = current;
        if (open == null) {
            return wanted ? Optional.of(fault) : Optional.empty();
        }
        try {
            return open.store().findFault();
        } catch (PatchbayException closedMeanwhile) {
            return Optional.empty();
        }
    }

    /** What serves, once somebody has asked. */
    Optional<Binding> findBinding() {
        return Optional.ofNullable(binding);
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
        try {
            if (!wanted && !isUsedBefore()) {
                return;
            }
            wanted = true;
            Binding bound = binding;
            if (bound == null) {
                bound = file.read().map(StoreBindings::current).orElseGet(this::bindFirst);
                binding = bound;
            }
            OpenKeyValueStore open = current;
            if (open != null && open.current()) {
                return;
            }
            closeCurrent(StoreSlot.nodeStops() ? "the node is stopping" : "its adapter is updated or removed");
            Optional<Lease<KeyValueStoreFactory>> lease = providers.find(KeyValueStoreFactory.class, bound.adapter());
            if (lease.isPresent()) {
                missingSinceNanos = 0;
                become(open(bound, lease.get()));
                LOG.info("Keys and values are served by {}", bound);
            } else {
                miss(bound.adapter());
            }
        } catch (RuntimeException | Error e) {
            // Of an Error too, whatever it is: a task that throws is not run again, and no adapter would ever be
            // opened.
            String told = e instanceof PatchbayException ? String.valueOf(e.getMessage()) : e.toString();
            if (!told.equals(fault)) {
                LOG.error("The key-value store can't be used: {}", told, e);
            }
            fault = told;
        }
    }

    /** Looked up once, when the start is through. */
    private boolean isUsedBefore() {
        if (looked || StoreSlot.nodeStarts()) {
            return false;
        }
        looked = true;
        return file.read().isPresent();
    }

    private Binding bindFirst() {
        Binding first = new Binding(firstAdapter, newDirectory(), Map.of(), sealing.sealsNew());
        file.write(new StoreBindings(first, Optional.empty()));
        return first;
    }

    /** A folder, relative to {@code data}, that no store has had. */
    private String newDirectory() {
        int number = 1;
        while (Files.exists(dataFolder.resolve(STORE + "-" + number + "-" + firstAdapter))) {
            number++;
        }
        return STORE + "-" + number + "-" + firstAdapter;
    }

    private void miss(String adapter) {
        String there = String.join(", ", providers.names(KeyValueStoreFactory.class));
        String told = "No plugin offers the adapter '" + adapter
                + "', which serves keys and values: install the plugin with it ('patchbay plugin install FILE'). Adapters that are there: "
                + (there.isEmpty() ? "none" : there) + ".";
        if (missingSinceNanos == 0) {
            missingSinceNanos = System.nanoTime();
        }
        if (!told.equals(fault) && !StoreSlot.nodeStops()) {
            LOG.warn("Keys and values are unavailable. {}", told);
        }
        fault = told;
    }

    private OpenKeyValueStore open(Binding bound, Lease<KeyValueStoreFactory> lease) {
        KeyValueStore opened = null;
        try {
            Path folder = dataFolder.resolve(bound.directory());
            Files.createDirectories(folder);
            opened = open(bound, lease.provider(), folder);
            OpenKeyValueStore store = new OpenKeyValueStore(opened, lease);
            prepare.accept(store.store());
            return store;
        } catch (IOException e) {
            lease.close();
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE, "The store's folder can't be made: " + e.getMessage() + ".", e);
        } catch (RuntimeException | Error e) {
            if (opened != null) {
                opened.close();
            }
            lease.close();
            if (e instanceof PatchbayException known) {
                throw known;
            }
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE, "The adapter '" + bound.adapter() + "' failed: " + e + ".", e);
        }
    }

    private KeyValueStore open(Binding bound, KeyValueStoreFactory adapter, Path folder) {
        if (!bound.sealed()) {
            return adapter.open(folder, bound.settings());
        }
        if (!adapter.seals()) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The adapter '" + bound.adapter()
                            + "' keeps keys and values in clear only, and data/bindings says that they are sealed.");
        }
        return adapter.open(folder, bound.settings(), sealing.openSealer(folder));
    }

    private void become(@Nullable OpenKeyValueStore open) {
        synchronized (changed) {
            current = open;
            changed.notifyAll();
        }
    }

    private void closeCurrent(String why) {
        OpenKeyValueStore open = current;
        become(null);
        if (open != null) {
            LOG.info("The key-value store closes: {}", why);
            fault = "it is being opened anew.";
            open.uses.retire(Limits.DRAIN);
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
            subscription.close();
            thread.submit(() -> closeCurrent("the node is stopping"))
                    .get(Limits.DRAIN.toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("The key-value store did not close cleanly", e);
        } catch (Exception e) {
            LOG.warn("The listener for adapters could not be removed", e);
        }
        thread.shutdownNow();
    }
}
