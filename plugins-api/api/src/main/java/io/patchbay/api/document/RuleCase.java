package io.patchbay.api.document;

import io.patchbay.api.auth.Identity;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Something that access rules are to allow or to deny. Documents are their data; a field {@code meta} may hold {@code id, revision, updatedAt} (milliseconds), which a rule sees as {@code
 * doc.meta}; anything else there is refused by {@link RuleForm}.
 */
public sealed interface RuleCase {
    /** What it is about, in a person's words. */
    String name();

    /** {@code list, read, create, update} or {@code delete}. */
    String action();

    Identity caller();

    /**
     * Which documents are seen.
     *
     * @param action {@code list} or {@code read}
     * @param documents by id
     * @param visible the ids that must be seen; the others must not
     */
    record Sight(String name, String action, Identity caller, Map<String, Value.Struct> documents, Set<String> visible)
            implements RuleCase {
        public Sight {
            documents = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(documents));
            visible = java.util.Collections.unmodifiableSet(new LinkedHashSet<>(visible));
        }
    }

    /**
     * Whether a change, or the sight of one document, is allowed.
     *
     * @param before what is there; empty for a create
     * @param after what is to be there; empty for a delete
     */
    record Change(
            String name,
            String action,
            Identity caller,
            Optional<Value.Struct> before,
            Optional<Value.Struct> after,
            boolean allowed)
            implements RuleCase {}
}
