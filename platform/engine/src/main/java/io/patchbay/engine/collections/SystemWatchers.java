package io.patchbay.engine.collections;

import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.Transaction;
import io.patchbay.engine.commit.CommitListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells parts of the engine what changes in the node's own collections: in order, on one thread of its own, after it is durable. */
public final class SystemWatchers implements CommitListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemWatchers.class);

    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "patchbay-system-watch"));
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    // The committer's thread only.
    private String epoch = "";

    private record Watcher(long collection, Consumer<SystemChange> listener) {}

    /** As {@link SystemDocuments#watch}. */
    public AutoCloseable watch(SystemCollection collection, Consumer<SystemChange> listener) {
        Watcher watcher = new Watcher(collection.id(), listener);
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    @Override
    public void synced(DocumentStore store) {
        String now = store.state().epoch();
        boolean other = !epoch.isEmpty() && !epoch.equals(now);
        epoch = now;
        if (other) {
            watchers.forEach(watcher -> tell(watcher, new SystemChange.Lost()));
        }
    }

    @Override
    public void committed(List<Transaction> transactions) {
        for (Transaction transaction : transactions) {
            for (Mutation mutation : transaction.mutations()) {
                if (mutation.collection() < SystemCollection.FIRST_USER_ID) {
                    tell(mutation);
                }
            }
        }
    }

    private void tell(Mutation mutation) {
        for (Watcher watcher : watchers) {
            if (watcher.collection() == mutation.collection()) {
                tell(watcher, new SystemChange.Changed(mutation.id(), mutation.after()));
            }
        }
    }

    private void tell(Watcher watcher, SystemChange change) {
        try {
            thread.execute(() -> {
                try {
                    watcher.listener().accept(change);
                } catch (RuntimeException e) {
                    LOG.error("A watcher of the node's own documents failed", e);
                }
            });
        } catch (RejectedExecutionException stopped) {
            // Closed: those who watch are stopping too.
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
