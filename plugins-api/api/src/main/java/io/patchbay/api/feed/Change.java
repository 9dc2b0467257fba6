package io.patchbay.api.feed;

import io.patchbay.api.document.StoredDocument;
import java.util.Optional;

/**
 * One change of one document, as the feed keeps it.
 *
 * @param offset of its transaction; also the document's revision
 * @param index its place within the transaction, from 0
 * @param committedAtMs milliseconds since the epoch; never goes backwards
 * @param document what the document became; empty if it was deleted
 */
public record Change(
        long offset, int index, long collection, String id, long committedAtMs, Optional<StoredDocument> document) {
    public boolean deletes() {
        return document.isEmpty();
    }
}
