package io.patchbay.engine.collections;

import io.patchbay.api.Limits;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.engine.store.StoreSlot;
import io.patchbay.engine.store.StoreUse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the store which indexes collections have, on a thread of its own: building one may take long. */
public final class IndexKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IndexKeeper.class);

    private final StoreSlot slot;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "patchbay-indexes"));
    // The indexes that a store of this number has been told of, by collection. The thread's own.
    private final Map<Long, List<IndexDefinition>> told = new HashMap<>();
    private long storeNumber = -1;

    public IndexKeeper(StoreSlot slot, Catalog catalog) {
        this.slot = slot;
        catalog.onChange(this::bringUpToDate);
    }

    private void bringUpToDate(List<CollectionEntry> entries) {
        try {
            thread.execute(() -> define(entries));
        } catch (RejectedExecutionException stopped) {
            // Closed; the next start defines them.
        }
    }

    private void define(List<CollectionEntry> entries) {
        Map<Long, List<IndexDefinition>> wanted = new HashMap<>();
        for (SystemCollection system : SystemCollection.values()) {
            wanted.put(system.id(), system.indexes());
        }
        for (CollectionEntry entry : entries) {
            wanted.put(entry.id(), entry.info().definition().indexes());
        }
        try (StoreUse use = slot.use()) {
            if (use.storeNumber() != storeNumber) {
                told.clear();
                storeNumber = use.storeNumber();
            }
            for (Long gone : List.copyOf(told.keySet())) {
                if (!wanted.containsKey(gone)) {
                    use.store().defineIndexes(gone, List.of());
                    told.remove(gone);
                }
            }
            wanted.forEach((collection, indexes) -> {
                if (!indexes.equals(told.get(collection))) {
                    use.store().defineIndexes(collection, indexes);
                    told.put(collection, indexes);
                }
            });
        } catch (RuntimeException e) {
            // A query without its index is slow or refused, never wrong; the next change or opening tries again.
            LOG.warn("Indexes could not be brought up to date: {}", e.getMessage());
        }
    }

    /** Waits until what was asked for so far is done; the time is bounded, since the indexes get there anyway. */
    void await(long collection) {
        try {
            CompletableFuture.runAsync(() -> {}, thread).get(Limits.WRITER_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
            LOG.warn("The indexes of collection {} are not there yet", collection);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(Limits.DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("An index is still being built");
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
