package io.patchbay.engine.collections;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.engine.access.AccessRules;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** What an admin may write in a definition. */
final class CollectionNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0," + (Limits.NAME_CHARS - 1) + "}");

    private CollectionNames() {}

    /** @throws PatchbayException NAME_INVALID, INDEX_INVALID, RULE_INVALID */
    static void require(CollectionDefinition definition) {
        if (!NAME.matcher(definition.name()).matches()) {
            throw PatchbayException.beyond(
                    "name_chars",
                    ErrorCode.NAME_INVALID,
                    "A collection's name is 1 to " + Limits.NAME_CHARS
                            + " letters, digits, '_' and '-', the first a letter.");
        }
        requireIndexes(definition);
        new AccessRules(definition.name(), definition.rules()).check();
    }

    private static void requireIndexes(CollectionDefinition definition) {
        if (definition.indexes().size() > Limits.INDEXES_PER_COLLECTION) {
            throw PatchbayException.beyond(
                    "indexes_per_collection",
                    ErrorCode.INDEX_INVALID,
                    "A collection has at most " + Limits.INDEXES_PER_COLLECTION + " indexes.");
        }
        Set<String> seen = new HashSet<>();
        for (IndexDefinition index : definition.indexes()) {
            if (index.fields().isEmpty() || index.fields().size() > Limits.INDEX_FIELDS) {
                throw PatchbayException.beyond(
                        "index_fields",
                        ErrorCode.INDEX_INVALID,
                        "An index is over 1 to " + Limits.INDEX_FIELDS + " fields.");
            }
            if (!seen.add(index.toString())) {
                throw new PatchbayException(ErrorCode.INDEX_INVALID, "The index " + index + " is named twice.");
            }
        }
    }
}
