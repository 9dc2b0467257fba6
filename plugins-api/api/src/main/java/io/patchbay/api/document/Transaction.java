package io.patchbay.api.document;

import java.util.List;
import java.util.Optional;

/**
 * Mutations that happen together or not at all.
 *
 * @param offset its place in the store's total order; every document it writes has it as revision; greater than every offset before
 * @param mutations at most one per document, in the order of the change records
 */
public record Transaction(long offset, long committedAtMs, List<Mutation> mutations, Optional<Outcome> outcome) {
    public Transaction {
        mutations = List.copyOf(mutations);
    }
}
