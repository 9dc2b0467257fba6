package io.patchbay.api.document;

import io.patchbay.api.feed.Position;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a durable transaction did.
 *
 * @param written one per put, patch and delete, in the order of the operations
 * @param replayed whether this is the outcome of an earlier request with the same idempotency key
 */
public record TransactionResult(Position position, List<Written> written, boolean replayed) {
    public TransactionResult {
        written = List.copyOf(written);
    }

    /**
     * @param created whether nothing stood under the id before
     * @param data what the document holds now; empty if it was deleted or the result is replayed
     */
    public record Written(
            String collection,
            String id,
            long revision,
            Instant updatedAt,
            boolean created,
            boolean deleted,
            Optional<Value.Struct> data) {}
}
