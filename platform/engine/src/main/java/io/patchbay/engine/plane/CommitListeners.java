package io.patchbay.engine.plane;

import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.Transaction;
import io.patchbay.engine.commit.CommitListener;
import java.util.List;

/** Several listeners as one, in order. */
final class CommitListeners implements CommitListener {
    private final List<CommitListener> listeners;

    CommitListeners(CommitListener... listeners) {
        this.listeners = List.of(listeners);
    }

    @Override
    public void synced(DocumentStore store) {
        listeners.forEach(listener -> listener.synced(store));
    }

    @Override
    public void committed(List<Transaction> transactions) {
        for (CommitListener listener : listeners) {
            listener.committed(transactions);
        }
    }
}
