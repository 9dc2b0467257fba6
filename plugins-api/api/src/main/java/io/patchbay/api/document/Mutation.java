package io.patchbay.api.document;

import java.util.Optional;

/**
 * One document before and after a transaction.
 *
 * @param before what the store holds now; empty if it holds nothing under this id
 * @param after what it holds once the transaction is durable; empty if the document is deleted
 */
public record Mutation(long collection, String id, Optional<StoredDocument> before, Optional<StoredDocument> after) {
    public boolean deletes() {
        return after.isEmpty();
    }
}
