package io.patchbay.api.hook;

import io.patchbay.api.document.Document;
import io.patchbay.api.feed.Position;
import java.time.Instant;
import java.util.Optional;

/**
 * A change of one document that is durable.
 *
 * @param position of its transaction; with {@code id} it is told apart from every other change
 * @param document what it became; empty if it was deleted
 */
public record CommittedChange(
        String collection, String id, Position position, Instant committedAt, Optional<Document> document) {
    public boolean deletes() {
        return document.isEmpty();
    }
}
