package io.patchbay.client;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which documents a list holds, and in what order.
 *
 * <pre>{@code ListQuery.all().filter("country == \"FR\"").sort("-population,name").limit(20)}</pre>
 */
public record ListQuery(Optional<String> filter, Optional<String> sort, OptionalInt limit, Optional<String> cursor) {
    public static ListQuery all() {
        return new ListQuery(Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty());
    }

    /** CEL over the data's fields. */
    public ListQuery filter(String cel) {
        return new ListQuery(Optional.of(cel), sort, limit, cursor);
    }

    /** Such as {@code -population,name}. */
    public ListQuery sort(String fields) {
        return new ListQuery(filter, Optional.of(fields), limit, cursor);
    }

    /** From 1 to 1,000; 50 without it. */
    public ListQuery limit(int documents) {
        return new ListQuery(filter, sort, OptionalInt.of(documents), cursor);
    }

    /** {@link Page#next} of the page before. */
    public ListQuery after(String cursor) {
        return new ListQuery(filter, sort, limit, Optional.of(cursor));
    }
}
