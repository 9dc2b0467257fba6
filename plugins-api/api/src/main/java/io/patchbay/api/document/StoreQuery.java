package io.patchbay.api.document;

import io.patchbay.api.query.Expression;
import io.patchbay.api.query.SeekKey;
import io.patchbay.api.query.SortField;
import java.util.List;
import java.util.Optional;

/**
 * A question to a store.
 *
 * @param filter only documents for which it is true; empty for all
 * @param sort ties, and an empty sort, are ordered by ascending id (by its UTF-8 bytes)
 * @param after only documents behind this place in that order
 * @param limit how many documents the caller wants at most, after what the store can't filter; a hint for how much to prepare
 */
public record StoreQuery(
        long collection, Optional<Expression> filter, List<SortField> sort, Optional<SeekKey> after, int limit) {
    public StoreQuery {
        sort = List.copyOf(sort);
    }
}
