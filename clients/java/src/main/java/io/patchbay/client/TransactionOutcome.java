package io.patchbay.client;

import java.util.List;

/**
 * What a transaction did.
 *
 * @param results one for each operation, in order; none for a check
 */
public record TransactionOutcome(String position, List<Written> results, boolean replayed) {
    public TransactionOutcome {
        results = List.copyOf(results);
    }
}
