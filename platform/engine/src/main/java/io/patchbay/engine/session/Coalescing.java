package io.patchbay.engine.session;

import io.patchbay.api.document.Document;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.protocol.SubscriptionEvent.DocumentChange;
import io.patchbay.engine.feed.FeedChange;
import io.patchbay.engine.feed.FeedTransaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What several transactions add up to for one who watches: per document only where it ended, and nothing at all if it came and went in between. */
final class Coalescing {
    private final Subscription subscription;
    private final LiveFilter filter;
    private final Map<String, Sum> byId = new LinkedHashMap<>();
    private long bytes;

    /** @param had whether the reader may have had the document before */
    private record Sum(boolean had, Optional<StoredDocument> after, long revision) {}

    Coalescing(Subscription subscription) {
        this.subscription = subscription;
        this.filter = new LiveFilter(subscription.wanted);
    }

    void add(FeedTransaction transaction) {
        for (FeedChange change : transaction.changes()) {
            if (change.collection() == subscription.collection.id()) {
                add(change, transaction.offset());
            }
        }
    }

    private void add(FeedChange change, long offset) {
        Sum before = byId.get(change.id());
        // A snapshot read in between may have shown what came and went here, so every image counts, not the first
        // alone.
        boolean had = (before != null && before.had) || mayHaveHad(change);
        byId.put(change.id(), new Sum(had, change.after(), offset));
        bytes += change.after().map(document -> document.body().length).orElse(0)
                + change.id().length();
    }

    private boolean mayHaveHad(FeedChange change) {
        return !change.beforeKnown()
                || (change.before().isPresent() && filter.sees(change.before().get()));
    }

    /** Whether what was asked of the filter was more than it can answer, so that the sum says nothing. */
    boolean tooCostly() {
        return filter.tooCostly();
    }

    /** At least what the sum takes. */
    long bytes() {
        return bytes;
    }

    List<DocumentChange> changes() {
        List<DocumentChange> changes = new ArrayList<>(byId.size());
        byId.forEach((id, sum) -> {
            if (sum.after.isPresent() && filter.sees(sum.after.get())) {
                Document document = new Document(subscription.collection.name(), sum.after.get());
                changes.add(new DocumentChange(id, sum.revision, Optional.of(document), false));
            } else if (sum.had) {
                changes.add(new DocumentChange(id, sum.revision, Optional.empty(), sum.after.isEmpty()));
            }
        });
        return changes;
    }
}
