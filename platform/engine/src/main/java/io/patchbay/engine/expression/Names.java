package io.patchbay.engine.expression;

import java.util.Map;
import java.util.Set;

/**
 * Which free names an expression may use.
 *
 * @param known empty if every name is one: a field of a document
 * @param hint what can be used instead of one that is not known, for people
 * @param shapes what is known of some of them
 * @param checked whether an expression that can't be meant is refused, as when somebody has just written it
 */
public record Names(Set<String> known, String hint, Map<String, Shape> shapes, boolean checked) {
    /** Any expression over a document's fields. */
    static final Names FIELDS = new Names(Set.of(), "", Map.of(), false);
    /** A condition on a document's fields. */
    static final Names FILTER = new Names(Set.of(), "", Map.of("meta", Shape.META), true);

    boolean isKnown(String name) {
        return known.isEmpty() || known.contains(name);
    }
}
