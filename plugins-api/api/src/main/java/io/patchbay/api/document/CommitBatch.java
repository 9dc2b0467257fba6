package io.patchbay.api.document;

import java.util.List;

/**
 * Transactions that become durable together, in order.
 *
 * @param totals the store's totals once the batch is in; stored with it
 */
public record CommitBatch(List<Transaction> transactions, Totals totals) {
    public CommitBatch {
        transactions = List.copyOf(transactions);
    }

    public long lastOffset() {
        return transactions.get(transactions.size() - 1).offset();
    }
}
