package io.patchbay.api.migration;

import java.util.List;

/**
 * A row that two stores do not hold alike.
 *
 * @param table which of a store's tables it is of: {@code documents}, {@code changes} (the kept feed) or {@code outcomes} (the idempotency records)
 * @param collection of the document; its internal id if it has no name any more; the identity, of an outcome
 * @param id of the document; the key, of an outcome
 * @param revision of the document, or the offset of the change; 0 of a row without one
 * @param differs {@code missing} if only the store that serves has it, {@code extra} if only the other has it, else what is not equal, such as {@code revision}, {@code updatedAt} or {@code body}
 */
public record StoreDifference(String table, String collection, String id, long revision, List<String> differs) {
    public static final String MISSING = "missing";
    public static final String EXTRA = "extra";

    public StoreDifference {
        differs = List.copyOf(differs);
    }
}
