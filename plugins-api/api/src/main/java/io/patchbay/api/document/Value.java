package io.patchbay.api.document;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value of a document: null, boolean, 64-bit integer, finite double, valid UTF-8 text, array, or a struct with text keys. Immutable.
 *
 * <p>A double that is integral within ±2^53 does not exist here: {@link #of(double)} makes it an {@link Int}. So equal numbers are equal values.
 */
public sealed interface Value {
    /** The only null. */
    Null NULL = new Null();

    Bool TRUE = new Bool(true);
    Bool FALSE = new Bool(false);

    record Null() implements Value {}

    record Bool(boolean value) implements Value {}

    record Int(long value) implements Value {}

    /** A finite double that is no integer within ±2^53; use {@link Value#of(double)} where it may be one. */
    record Real(double value) implements Value {
        private static final double EXACT = 0x1p53;

        public Real {
            if (!Double.isFinite(value)) {
                throw new PatchbayException(ErrorCode.VALUE_INVALID, "A number must be finite, not " + value + ".");
            }
            if (isExactInteger(value)) {
                throw new IllegalArgumentException(value + " is an integer; use Value.of(double)");
            }
        }

        static boolean isExactInteger(double value) {
            return value == Math.rint(value) && Math.abs(value) <= EXACT;
        }
    }

    /** Text without lone surrogates. */
    record Text(String value) implements Value {
        public Text {
            requireNoLoneSurrogate(value);
        }

        static void requireNoLoneSurrogate(String text) {
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (!Character.isSurrogate(c)) {
                    continue;
                }
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    throw new PatchbayException(
                            ErrorCode.VALUE_INVALID, "Text contains half of a surrogate pair at character " + i + ".");
                }
                i++;
            }
        }
    }

    record Array(List<Value> items) implements Value {
        public Array {
            items = List.copyOf(items);
        }
    }

    /** Fields by name, in the order they were given; the order does not count in {@code equals}. */
    record Struct(Map<String, Value> fields) implements Value {
        public static final Struct EMPTY = new Struct(Map.of());

        public Struct {
            if (!(fields instanceof FreshFields)) {
                fields = new LinkedHashMap<>(fields);
                fields.keySet().forEach(Text::requireNoLoneSurrogate);
            }
            fields = Collections.unmodifiableMap(fields);
        }

        public Optional<Value> find(String field) {
            return Optional.ofNullable(fields.get(field));
        }

        /** The text under {@code field}, if there is one and it is text. */
        public Optional<String> findText(String field) {
            return fields.get(field) instanceof Text text ? Optional.of(text.value()) : Optional.empty();
        }

        /** The integer under {@code field}, if there is one and it is an integer. */
        public Optional<Long> findInt(String field) {
            return fields.get(field) instanceof Int number ? Optional.of(number.value()) : Optional.empty();
        }

        public Struct with(String field, Value value) {
            Map<String, Value> changed = new LinkedHashMap<>(fields);
            changed.put(field, value);
            return new Struct(changed);
        }
    }

    static Value of(boolean value) {
        return value ? TRUE : FALSE;
    }

    static Value of(long value) {
        return new Int(value);
    }

    /** @throws PatchbayException VALUE_INVALID for NaN and infinities */
    static Value of(double value) {
        return Real.isExactInteger(value) ? new Int((long) value) : new Real(value);
    }

    /** @throws PatchbayException VALUE_INVALID if the text holds half of a surrogate pair */
    static Value of(String value) {
        return new Text(value);
    }

    static Array array(Value... items) {
        return new Array(List.of(items));
    }

    /** {@code struct("name", Value.of("Lyon"), "population", Value.of(522250))} */
    static Struct struct(Object... namesAndValues) {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], (Value) namesAndValues[i + 1]);
        }
        return new Struct(fields);
    }

    /** An array of texts. */
    static Array texts(List<String> texts) {
        List<Value> items = new ArrayList<>(texts.size());
        texts.forEach(text -> items.add(new Text(text)));
        return new Array(items);
    }
}
