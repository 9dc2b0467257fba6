package io.patchbay.engine.access;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.engine.expression.Names;
import io.patchbay.engine.expression.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What a rule can speak of, as values. */
final class RuleVariables {
    static final String DOC = "doc";
    static final String BEFORE = "before";
    static final String AFTER = "after";
    static final String AUTH = "auth";
    static final String REQUEST = "request";
    static final String KEY = "key";
    private static final List<String> ALL = List.of(DOC, BEFORE, AFTER, AUTH, REQUEST);
    private static final Shape AUTH_SHAPE =
            Shape.nullable(Map.of("id", Shape.TEXT, "name", Shape.TEXT, "role", Shape.TEXT));
    private static final Map<String, Shape> SHAPES = Map.of(
            DOC, Shape.DOCUMENT,
            BEFORE, Shape.DOCUMENT,
            AFTER, Shape.DOCUMENT,
            AUTH, AUTH_SHAPE,
            REQUEST, Shape.nullable(Map.of("action", Shape.TEXT, "collection", Shape.TEXT)));

    /** For a rule that is kept already: once it was taken, it goes on meaning what it meant. */
    static final Names KEPT = new Names(Set.copyOf(ALL), "a rule can use " + String.join(", ", ALL), SHAPES, false);

    private RuleVariables() {}

    /** For a bucket's rule. */
    static Names ofBucket(boolean written) {
        return new Names(
                Set.of(AUTH, KEY),
                "a bucket's rule can use auth and key",
                Map.of(AUTH, AUTH_SHAPE, KEY, Shape.TEXT),
                written);
    }

    /** For a rule that somebody has just written: what an action doesn't have, its rule can't speak of. */
    static Names written(Action action) {
        List<String> known = switch (action) {
            case LIST, READ -> List.of(DOC, AUTH, REQUEST);
            case CREATE -> List.of(DOC, AFTER, AUTH, REQUEST);
            case UPDATE -> List.of(DOC, BEFORE, AFTER, AUTH, REQUEST);
            case DELETE -> List.of(DOC, BEFORE, AUTH, REQUEST);
        };
        String last = " and " + known.get(known.size() - 1);
        String hint = "a rule for " + action.label() + " can use "
                + String.join(", ", known.subList(0, known.size() - 1)) + last + " (a field is doc.name)";
        return new Names(Set.copyOf(known), hint, SHAPES, true);
    }

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
