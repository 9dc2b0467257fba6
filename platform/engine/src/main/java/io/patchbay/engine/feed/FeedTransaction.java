package io.patchbay.engine.feed;

import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.feed.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one durable transaction changed; whole, always. */
public record FeedTransaction(long offset, long committedAtMs, List<FeedChange> changes) {
    private static final int OVERHEAD_BYTES = 256;

    static FeedTransaction of(Transaction transaction) {
        List<FeedChange> changes = new ArrayList<>(transaction.mutations().size());
        for (Mutation mutation : transaction.mutations()) {
            changes.add(
                    new FeedChange(mutation.collection(), mutation.id(), mutation.before(), mutation.after(), true));
        }
        return new FeedTransaction(transaction.offset(), transaction.committedAtMs(), changes);
    }

    /** Change records in order, as a store keeps them, back as transactions. */
    static List<FeedTransaction> group(List<Change> records) {
        List<FeedTransaction> transactions = new ArrayList<>();
        List<FeedChange> changes = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            Change record = records.get(i);
            changes.add(new FeedChange(record.collection(), record.id(), Optional.empty(), record.document(), false));
            boolean last = i + 1 == records.size() || records.get(i + 1).offset() != record.offset();
            if (last) {
                transactions.add(new FeedTransaction(record.offset(), record.committedAtMs(), changes));
                changes = new ArrayList<>();
            }
        }
        return transactions;
    }

    /** About what it takes in memory. */
    long bytes() {
        long bytes = OVERHEAD_BYTES;
        for (FeedChange change : changes) {
            bytes += OVERHEAD_BYTES + DocumentMemory.bytes(change.before()) + DocumentMemory.bytes(change.after());
        }
        return bytes;
    }
}
