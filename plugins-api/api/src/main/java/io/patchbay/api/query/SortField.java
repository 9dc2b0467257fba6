package io.patchbay.api.query;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;

/** A field to sort or index by: {@code population}, or {@code -population} for the reverse. */
public record SortField(FieldPath path, boolean descending) {
    /** @throws PatchbayException SORT_INVALID */
    public static SortField parse(String text) {
        boolean descending = text.startsWith("-");
        return new SortField(FieldPath.parse(descending ? text.substring(1) : text, ErrorCode.SORT_INVALID), descending);
    }

    @Override
    public String toString() {
        return (descending ? "-" : "") + path;
    }
}
