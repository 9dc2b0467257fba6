package io.patchbay.engine.access;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.engine.expression.Names;
import java.util.Locale;
import java.util.Set;

/** What a rule can speak of, as values. */
final class RuleVariables {
    static final String DOC = "doc";
    static final String BEFORE = "before";
    static final String AFTER = "after";
    static final String AUTH = "auth";
    static final String REQUEST = "request";
    static final Names NAMES = new Names(
            Set.of(DOC, BEFORE, AFTER, AUTH, REQUEST),
            "a rule can use doc, before, after, auth and request (a field is doc.name)");

    private RuleVariables() {}

    /** null for who has not logged in. */
    static Value auth(Identity identity) {
        if (identity.isAnonymous()) {
            return Value.NULL;
        }
        String role = identity.role().map(Role::name).orElse("").toLowerCase(Locale.ROOT);
        return Value.struct("id", Value.of(identity.id()), "name", Value.of(identity.name()), "role", Value.of(role));
    }

    static Value request(Action action, String collection) {
        return Value.struct("action", Value.of(action.label()), "collection", Value.of(collection));
    }

    /** A document's data, with {@code meta} as in filters. */
    static Value document(StoredDocument document) {
        return document.data().with("meta", meta(document));
    }

    private static Value meta(StoredDocument document) {
        return Value.struct(
                "id", Value.of(document.id()),
                "revision", Value.of(document.revision()),
                "updatedAt", Value.of(document.updatedAtMs()));
    }
}
