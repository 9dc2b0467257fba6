package io.patchbay.engine.expression;

import java.util.Set;

/**
 * Which free names an expression may use.
 *
 * @param known empty if every name is one: a field of a document
 * @param hint what can be used instead of one that is not known, for people
 */
public record Names(Set<String> known, String hint) {
    static final Names FIELDS = new Names(Set.of(), "");

    boolean isKnown(String name) {
        return known.isEmpty() || known.contains(name);
    }
}
