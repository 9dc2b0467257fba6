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
final class LiveQuery {
    final long collection;
    final String collectionName;
    final Visibility wanted;
    final List<Subscription> subscriptions = new ArrayList<>();
    /** What the transaction at hand means for them. */
    private List<DocumentChange> changes = new ArrayList<>();

    LiveQuery(long collection, String collectionName, Visibility wanted) {
        this.collection = collection;
        this.collectionName = collectionName;
        this.wanted = wanted;
    }

    /** @return whether this is the first change of the transaction that matters here */
    boolean add(FeedChange change, long offset) {
        DocumentChange told = change(wanted, collectionName, change, offset);
        if (told == null) {
            return false;
        }
        changes.add(told);
        return changes.size() == 1;
    }

    List<DocumentChange> takeChanges() {
        List<DocumentChange> taken = changes;
        changes = new ArrayList<>();
        return taken;
    }

    /** What those who want {@code wanted} are told of a transaction. */
    static List<DocumentChange> changes(Subscription subscription, FeedTransaction transaction) {
        List<DocumentChange> told = new ArrayList<>();
        for (FeedChange change : transaction.changes()) {
            if (change.collection() == subscription.collection.id()) {
                DocumentChange one =
                        change(subscription.wanted, subscription.collection.name(), change, transaction.offset());
                if (one != null) {
                    told.add(one);
                }
            }
        }
        return told;
    }

    /** Null if it is nothing to them: it matches neither before nor after. */
    private static @Nullable DocumentChange change(
            Visibility wanted, String collectionName, FeedChange change, long offset) {
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
