package io.patchbay.api.query;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.util.Arrays;
import java.util.List;

/** A field to sort or index by: {@code population}, or {@code -population} for the reverse. */
public record SortField(FieldPath path, boolean descending) {
    /** @throws PatchbayException SORT_INVALID */
    public static SortField parse(String text) {
        boolean descending = text.startsWith("-");
        return new SortField(
                FieldPath.parse(descending ? text.substring(1) : text, ErrorCode.SORT_INVALID), descending);
    }

    /**
     * A sort order in text: {@code -population,name}.
     *
     * @throws PatchbayException SORT_INVALID
     */
    public static List<SortField> parseAll(String text) {
        String[] fields = text.split(",", -1);
        if (fields.length > Limits.SORT_FIELDS) {
            throw PatchbayException.beyond(
                    "sort_fields",
                    ErrorCode.SORT_INVALID,
                    "A sort order has at most " + Limits.SORT_FIELDS + " fields, not " + fields.length + ".");
        }
        return Arrays.stream(fields).map(String::strip).map(SortField::parse).toList();
    }

    @Override
    public String toString() {
        return (descending ? "-" : "") + path;
    }
}
