package io.patchbay.api.document;

import java.util.List;
import java.util.Map;

/**
 * What an admin says of a collection.
 *
 * @param rules CEL by action ({@code list, read, create, update, delete}); an action without a rule is for admins alone
 */
public record CollectionDefinition(String name, List<IndexDefinition> indexes, Map<String, String> rules) {
    public CollectionDefinition {
        indexes = List.copyOf(indexes);
        rules = Map.copyOf(rules);
    }
}
