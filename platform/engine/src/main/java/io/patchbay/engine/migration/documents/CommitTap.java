package io.patchbay.engine.migration.documents;

import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.Transaction;
import io.patchbay.engine.commit.CommitListener;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keeps the idempotency outcomes of what is committed, since the change feed does not carry them, until they have been written to the other store. Bounded: beyond
 * {@link #MAX_OUTCOMES} it forgets all, and {@link #missed} says that they have to be copied from the store instead.
 */
final class CommitTap implements CommitListener {
    static final int MAX_OUTCOMES = 200_000;

    // Both guarded by this; filled by the committer's thread, emptied by the migration's or the follower's.
    private final TreeMap<Long, Tapped> outcomes = new TreeMap<>();
    private boolean missed;

    /** An outcome and when its transaction was committed. */
    record Tapped(Outcome outcome, long committedAtMs) {}

    @Override
    public void synced(DocumentStore store) {
        // The tap is not concerned with where the store stands.
    }

    @Override
    public synchronized void committed(List<Transaction> transactions) {
        for (Transaction transaction : transactions) {
            if (transaction.outcome().isPresent()) {
                outcomes.put(
                        transaction.offset(), new Tapped(transaction.outcome().get(), transaction.committedAtMs()));
            }
        }
        if (outcomes.size() > MAX_OUTCOMES) {
            outcomes.clear();
            missed = true;
        }
    }

    /** Those of transactions through {@code offset}. */
    synchronized SortedMap<Long, Tapped> through(long offset) {
        return new TreeMap<>(outcomes.headMap(offset, true));
    }

    synchronized void forget(long throughOffset) {
        outcomes.headMap(throughOffset, true).clear();
    }

    /** Whether some were lost since it was last asked. */
    synchronized boolean missed() {
        boolean answer = missed;
        missed = false;
        return answer;
    }
}
