package io.patchbay.client;

import java.util.Optional;

/**
 * One document's part of a transaction, as a subscriber sees it.
 *
 * @param document what it is now; there for {@link Kind#PUT} alone
 */
public record DocumentChange(Kind kind, String id, long revision, Optional<Document> document) {
    public enum Kind {
        PUT,
        /** The document is gone. */
        DELETE,
        /** It left the filter, or the caller's sight. */
        REMOVE
    }
}
