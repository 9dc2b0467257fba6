package io.patchbay.api.query;

import io.patchbay.api.document.Value;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The data model's ascending order, on values themselves; agrees with the bytes of {@link OrderedKey}. */
public enum ValueOrder implements Comparator<Optional<Value>> {
    ASCENDING;

    @Override
    public int compare(Optional<Value> left, Optional<Value> right) {
        if (left.isEmpty() || right.isEmpty()) {
            return Boolean.compare(left.isPresent(), right.isPresent());
        }
        return compare(left.get(), right.get());
    }

    public static int compare(Value left, Value right) {
        int byKind = Integer.compare(kind(left), kind(right));
        if (byKind != 0) {
            return byKind;
        }
        if (left instanceof Value.Text text) {
            return compareTexts(text.value(), ((Value.Text) right).value());
        }
        if (left instanceof Value.Array array) {
            return compareItems(array.items(), ((Value.Array) right).items());
        }
        if (left instanceof Value.Struct struct) {
            return compareFields(struct, (Value.Struct) right);
        }
        return kind(left) == OrderedKey.NUMBER ? compareNumbers(left, right) : 0;
    }

    /** By UTF-8 bytes, which is by code points; {@link String#compareTo} puts surrogates before U+E000 to U+FFFF. */
    public static int compareTexts(String left, String right) {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                // A surrogate is part of a code point above every other char.
                int bySurrogate = Boolean.compare(Character.isSurrogate(a), Character.isSurrogate(b));
                return bySurrogate != 0 ? bySurrogate : Character.compare(a, b);
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /** Integers and doubles, exactly. */
    public static int compareNumbers(Value left, Value right) {
        if (left instanceof Value.Int a && right instanceof Value.Int b) {
            return Long.compare(a.value(), b.value());
        }
        if (left instanceof Value.Real a && right instanceof Value.Real b) {
            return Double.compare(a.value(), b.value());
        }
        return exact(left).compareTo(exact(right));
    }

    private static BigDecimal exact(Value number) {
        return number instanceof Value.Int integer
                ? BigDecimal.valueOf(integer.value())
                : new BigDecimal(((Value.Real) number).value());
    }

    private static int compareItems(List<Value> left, List<Value> right) {
        Iterator<Value> others = right.iterator();
        for (Value item : left) {
            if (!others.hasNext()) {
                return 1;
            }
            int byItem = compare(item, others.next());
            if (byItem != 0) {
                return byItem;
            }
        }
        return others.hasNext() ? -1 : 0;
    }

    private static int compareFields(Value.Struct left, Value.Struct right) {
        List<String> names =
                left.fields().keySet().stream().sorted(ValueOrder::compareTexts).toList();
        Iterator<String> others = right.fields().keySet().stream()
                .sorted(ValueOrder::compareTexts)
                .iterator();
        for (String name : names) {
            if (!others.hasNext()) {
                return 1;
            }
            String other = others.next();
            int byName = compareTexts(name, other);
            int byField = byName != 0
                    ? byName
                    : compare(left.fields().get(name), right.fields().get(other));
            if (byField != 0) {
                return byField;
            }
        }
        return others.hasNext() ? -1 : 0;
    }

    private static int kind(Value value) {
        if (value instanceof Value.Null) {
            return OrderedKey.NULL;
        }
        if (value instanceof Value.Bool bool) {
            return bool.value() ? OrderedKey.TRUE : OrderedKey.FALSE;
        }
        if (value instanceof Value.Text) {
            return OrderedKey.TEXT;
        }
        if (value instanceof Value.Array) {
            return OrderedKey.ARRAY;
        }
        return value instanceof Value.Struct ? OrderedKey.STRUCT : OrderedKey.NUMBER;
    }
}
