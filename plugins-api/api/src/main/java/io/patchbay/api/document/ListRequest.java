package io.patchbay.api.document;

import io.patchbay.api.Limits;
import io.patchbay.api.query.SortField;
import java.util.List;
import java.util.Optional;

/**
 * A page of a collection.
 *
 * @param filter CEL over the data's fields
 * @param limit 1 to {@link Limits#LIST_MAX}
 * @param cursor {@link Page#next()} of the page before, from a request with the same filter and sort
 */
public record ListRequest(
        String collection, Optional<String> filter, List<SortField> sort, int limit, Optional<String> cursor) {
    public ListRequest {
        sort = List.copyOf(sort);
    }

    public static ListRequest of(String collection) {
        return new ListRequest(collection, Optional.empty(), List.of(), Limits.LIST_DEFAULT, Optional.empty());
    }
}
