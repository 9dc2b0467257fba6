package io.patchbay.engine.session;

import io.patchbay.api.document.Document;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.protocol.SubscriptionEvent.DocumentChange;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.feed.FeedChange;
import io.patchbay.engine.feed.FeedTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All live subscriptions of one fan-out thread that want the same documents of the same collection: what they are told is worked out once. */
public final class LiveQuery {
    final CollectionQueries collection;
    final Visibility wanted;
    final LiveFilter filter;
    /** Where it is found; empty if it has no equality term and has to be asked about every change. */
    final Optional<List<LookupKey>> keys;

    final List<Subscription> subscriptions = new ArrayList<>(1);
    /** What the transaction at hand means for them. */
    private List<DocumentChange> changes = List.of();
    /** The number of the last change that it was asked about: one change is told once, however many ways lead here. */
    private long asked;

    LiveQuery(CollectionQueries collection, Visibility wanted, Optional<List<LookupKey>> keys) {
        this.collection = collection;
        this.wanted = wanted;
        this.filter = new LiveFilter(wanted);
        this.keys = keys;
    }

    /**
     * @param number of the change; the same change has the same number, and another has another
     * @return whether this is the first change of the transaction that matters here: it wants it, or can't afford to say so
     */
    boolean add(FeedChange change, long number, long offset) {
        if (asked == number || filter.tooCostly()) {
            return false;
        }
        asked = number;
        DocumentChange told = change(filter, collection.name(), change, offset);
        if (filter.tooCostly()) {
            return changes.isEmpty();
        }
        if (told == null) {
            return false;
        }
        boolean first = changes.isEmpty();
        if (first) {
            changes = new ArrayList<>(1);
        }
        changes.add(told);
        return first;
    }

    /** What has come together since it was last taken. */
    public List<DocumentChange> takeChanges() {
        List<DocumentChange> taken = changes;
        changes = List.of();
        return taken;
    }

    /** What {@code subscription}, which wants {@code filter}, is told of a transaction; nothing to rely on if that is too costly. */
    static List<DocumentChange> changes(Subscription subscription, LiveFilter filter, FeedTransaction transaction) {
        List<DocumentChange> told = new ArrayList<>();
        for (FeedChange change : transaction.changes()) {
            if (change.collection() == subscription.collection.id()) {
                DocumentChange one = change(filter, subscription.collection.name(), change, transaction.offset());
                if (one != null) {
                    told.add(one);
                }
            }
        }
        return told;
    }

    /** Null if it is nothing to them: it matches neither before nor after. */
    static @Nullable DocumentChange change(LiveFilter wanted, String collectionName, FeedChange change, long offset) {
        Optional<StoredDocument> after = change.after();
        if (after.isPresent() && wanted.sees(after.get())) {
            return new DocumentChange(
                    change.id(), offset, Optional.of(new Document(collectionName, after.get())), false);
        }
        // Without its before-image nobody can tell whether they had it: the remove is sent in any case, and is
        // harmless.
        boolean had = !change.beforeKnown()
                || (change.before().isPresent() && wanted.sees(change.before().get()));
        return had ? new DocumentChange(change.id(), offset, Optional.empty(), after.isEmpty()) : null;
    }
}
