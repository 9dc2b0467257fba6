package io.patchbay.engine.expression;

import java.util.Map;

/**
 * What is known of a value before any document comes by.
 *
 * @param fields those whose shapes are known
 * @param closed whether it never has other fields than these
 */
public record Shape(Kind kind, Map<String, Shape> fields, boolean closed) {
    /** Anything at all, as most fields of documents are. */
    public static final Shape ANY = of(Kind.ANY);

    public static final Shape TEXT = of(Kind.TEXT);
    static final Shape NUMBER = of(Kind.NUMBER);
    static final Shape BOOL = of(Kind.BOOL);
    static final Shape LIST = of(Kind.LIST);
    static final Shape MAP = of(Kind.MAP);
    static final Shape NULL = of(Kind.NULL);

    /** {@code meta} of every document. */
    public static final Shape META =
            new Shape(Kind.MAP, Map.of("id", TEXT, "revision", NUMBER, "updatedAt", NUMBER), true);

    /** A document whose {@code meta} is a field. */
    public static final Shape DOCUMENT = new Shape(Kind.MAP, Map.of("meta", META), false);

    /** The kinds of values that operators tell apart; numbers are one. */
    enum Kind {
        ANY("anything"),
        BOOL("true or false"),
        NUMBER("a number"),
        TEXT("a text"),
        LIST("a list"),
        MAP("an object"),
        NULL("null");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** What is an object of these fields and no other, or null. */
    public static Shape nullable(Map<String, Shape> fields) {
        return new Shape(Kind.ANY, fields, true);
    }

    private static Shape of(Kind kind) {
        return new Shape(kind, Map.of(), false);
    }

    boolean is(Kind other) {
        return kind == other;
    }

    /** Whether it may be of one of {@code kinds}. */
    boolean mayBe(Kind... kinds) {
        if (kind == Kind.ANY) {
            return true;
        }
        for (Kind one : kinds) {
            if (one == kind) {
                return true;
            }
        }
        return false;
    }

    /** What either of two values is. */
    Shape or(Shape other) {
        return equals(other) ? this : kind == other.kind ? of(kind) : ANY;
    }
}
