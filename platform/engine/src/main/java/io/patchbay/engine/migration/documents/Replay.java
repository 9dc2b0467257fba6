package io.patchbay.engine.migration.documents;

import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Totals;
import io.patchbay.api.document.Transaction;
import io.patchbay.engine.feed.ChangeFeed;
import io.patchbay.engine.feed.FeedChange;
import io.patchbay.engine.feed.FeedTransaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Brings another store along with the one that serves, transaction by transaction, with the offsets they have there.
 *
 * <p>Replaying is idempotent: a change carries the whole document, and what the other store holds now is read from it, so it may have been copied before or after the change. One thread at a time.
 */
final class Replay {
    private static final int BATCH = 512;

    private final ChangeFeed feed;
    private final CommitTap tap;
    private final DocumentStore target;
    // Used by the replaying thread only.
    private long offset;
    private Totals totals;
    // What others see of it: it goes on once all that belongs to it is in the target.
    private volatile long shown;

    /** Goes on from where {@code target} stands. */
    Replay(ChangeFeed feed, CommitTap tap, DocumentStore target) {
        this.feed = feed;
        this.tap = tap;
        this.target = target;
        StoreState state = target.state();
        this.offset = state.lastOffset();
        this.totals = state.totals();
        this.shown = offset;
    }

    /** From where {@code target} stands now, after it was filled. */
    void goOn() {
        StoreState state = target.state();
        offset = state.lastOffset();
        totals = state.totals();
        show();
    }

    /** Any thread. */
    long offset() {
        return shown;
    }

    void show() {
        shown = offset;
    }

    /**
     * Writes the next transactions, if there are any, durably.
     *
     * @return how many offsets it went forward; 0 when the target is level
     */
    long step() {
        long before = offset;
        // The position comes first: asked for after an empty read, it would take in what was published in between, and
        // its changes would be passed over.
        long published = feed.position().offset();
        List<FeedTransaction> next = feed.read(offset, BATCH);
        long through = next.isEmpty() ? published : next.get(next.size() - 1).offset();
        List<Transaction> transactions = merge(next, tap.through(through));
        if (transactions.isEmpty()) {
            return 0;
        }
        Totals after = totals;
        for (Transaction transaction : transactions) {
            for (Mutation mutation : transaction.mutations()) {
                after = after.after(mutation);
            }
        }
        CommitBatch batch = new CommitBatch(transactions, after);
        target.commit(batch);
        totals = after;
        offset = batch.lastOffset();
        tap.forget(offset);
        return offset - before;
    }

    /**
     * Once there is nothing more to replay: the target stands at {@code last}, the end of a history that nobody adds to now. Transactions that changed nothing leave no trace in the feed; if the last
     * ones were of that kind, an empty one takes the place of them all.
     */
    void finish(long last) {
        if (offset < last) {
            long now = System.currentTimeMillis();
            target.commit(new CommitBatch(List.of(new Transaction(last, now, List.of(), Optional.empty())), totals));
            offset = last;
        }
        show();
    }

    private List<Transaction> merge(List<FeedTransaction> changes, SortedMap<Long, CommitTap.Tapped> outcomes) {
        Map<DocumentKey, Optional<StoredDocument>> written = new HashMap<>();
        List<Transaction> merged = new ArrayList<>(changes.size());
        for (FeedTransaction change : changes) {
            addWithoutChanges(merged, outcomes.headMap(change.offset()));
            Optional<Outcome> outcome =
                    Optional.ofNullable(outcomes.get(change.offset())).map(CommitTap.Tapped::outcome);
            merged.add(new Transaction(change.offset(), change.committedAtMs(), mutations(change, written), outcome));
            outcomes = outcomes.tailMap(change.offset() + 1);
        }
        addWithoutChanges(merged, outcomes);
        return merged;
    }

    /** Transactions with an outcome that changed no document. */
    private void addWithoutChanges(List<Transaction> merged, SortedMap<Long, CommitTap.Tapped> outcomes) {
        outcomes.forEach((at, tapped) -> {
            if (at > offset) {
                merged.add(new Transaction(at, tapped.committedAtMs(), List.of(), Optional.of(tapped.outcome())));
            }
        });
    }

    private List<Mutation> mutations(FeedTransaction transaction, Map<DocumentKey, Optional<StoredDocument>> written) {
        List<Mutation> mutations = new ArrayList<>(transaction.changes().size());
        for (FeedChange change : transaction.changes()) {
            DocumentKey key = new DocumentKey(change.collection(), change.id());
            Optional<StoredDocument> before = written.get(key);
            if (before == null) {
                before = target.find(key.collection(), key.id());
            }
            mutations.add(new Mutation(change.collection(), change.id(), before, change.after()));
            written.put(key, change.after());
        }
        return mutations;
    }
}
