package io.patchbay.engine.expression;

import io.patchbay.api.document.Value;
import java.util.Map;

/** Equality and order as CEL has them over our values. */
final class Comparison {
    /** The two have no order: they are of different kinds, or of one that has none. */
    static final int UNKNOWN = Integer.MIN_VALUE;

    private Comparison() {}

    static boolean equal(Value left, Value right) {
        if (left == right) {
            return true;
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.compare(left, right) == 0;
        }
        if (left instanceof Value.Array l && right instanceof Value.Array r) {
            return equal(l, r);
        }
        if (left instanceof Value.Struct l && right instanceof Value.Struct r) {
            return equal(l.fields(), r.fields());
        }
        return left.equals(right);
    }

    private static boolean equal(Value.Array left, Value.Array right) {
        int size = left.items().size();
        if (size != right.items().size()) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            if (!equal(left.items().get(i), right.items().get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean equal(Map<String, Value> left, Map<String, Value> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (Map.Entry<String, Value> field : left.entrySet()) {
            Value other = right.get(field.getKey());
            if (other == null || !equal(field.getValue(), other)) {
                return false;
            }
        }
        return true;
    }

    /** Numbers, texts (by code points) and booleans among their own kind; else {@link #UNKNOWN}. */
    static int order(Value left, Value right) {
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.compare(left, right);
        }
        if (left instanceof Value.Text l && right instanceof Value.Text r) {
            return texts(l.value(), r.value());
        }
        if (left instanceof Value.Bool l && right instanceof Value.Bool r) {
            return Boolean.compare(l.value(), r.value());
        }
        return UNKNOWN;
    }

    /** By code points, which is also the order of their UTF-8 bytes; {@code String.compareTo} puts surrogates before U+E000. */
    static int texts(String left, String right) {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char l = left.charAt(i);
            char r = right.charAt(i);
            if (l != r) {
                boolean pairLeft = Character.isSurrogate(l);
                return pairLeft == Character.isSurrogate(r) ? Character.compare(l, r) : pairLeft ? 1 : -1;
            }
        }
        return Integer.compare(left.length(), right.length());
    }
}
