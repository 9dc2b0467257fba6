package io.patchbay.engine.feed;

import io.patchbay.api.document.StoredDocument;
import java.util.Optional;

/**
 * What happened to one document.
 *
 * @param before what stood there before; meaningful only if {@code beforeKnown}
 * @param beforeKnown true for fresh changes; kept ones have lost their before-image
 */
public record FeedChange(
        long collection,
        String id,
        Optional<StoredDocument> before,
        Optional<StoredDocument> after,
        boolean beforeKnown) {}
