package io.patchbay.engine.collections;

import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.query.SortField;
import java.util.Arrays;
import java.util.List;

/** The node's own collections. They live in the document store like all others, so they move with it; no client reaches them. */
public enum SystemCollection {
    /** The definitions of all other collections, by name. */
    COLLECTIONS("_collections", 1),
    USERS("_users", 2, "name"),
    TOKENS("_tokens", 3, "account", "expiresAt"),
    /** How far imports have come. */
    IMPORTS("_imports", 4),
    /** Through where hooks have been told of changes. */
    HOOKS("_hooks", 5);

    /** Internal ids of collections that clients create start here; smaller ones are the node's. */
    public static final long FIRST_USER_ID = 1000;

    private final String label;
    private final long id;
    private final List<IndexDefinition> indexes;

    SystemCollection(String label, long id, String... indexes) {
        this.label = label;
        this.id = id;
        this.indexes = Arrays.stream(indexes)
                .map(field -> new IndexDefinition(List.of(SortField.parse(field))))
                .toList();
    }

    /** Its name as operations and requests give it. */
    public String label() {
        return label;
    }

    /** Its internal id; the same in every store. */
    public long id() {
        return id;
    }

    /** What every store is told to index. */
    public List<IndexDefinition> indexes() {
        return indexes;
    }
}
