package io.patchbay.engine.session;

import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.FieldPath;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Something that a document must hold to be wanted: {@code value} at a place. Two keys are equal if and only if the evaluator finds what they stand for equal.
 *
 * @param value null, a boolean, a number or a text
 */
record LookupKey(Place place, Value value) {
    /**
     * Where in a document to look.
     *
     * @param items whether the items of the array there (or the names of its struct) are meant, not the value itself
     */
    record Place(FieldPath path, boolean items) {
        /** Gives what {@code document} holds here, as values of keys. */
        void read(StoredDocument document, Consumer<Value> found) {
            Optional<Value> held = path.find(document);
            if (held.isEmpty()) {
                return;
            }
            Value value = held.get();
            if (!items) {
                if (isScalar(value)) {
                    found.accept(canonical(value));
                }
            } else if (value instanceof Value.Array array) {
                array.items().stream()
                        .filter(LookupKey::isScalar)
                        .map(LookupKey::canonical)
                        .forEach(found);
            } else if (value instanceof Value.Struct struct) {
                struct.fields().keySet().forEach(name -> found.accept(new Value.Text(name)));
            }
        }
    }

    LookupKey {
        value = canonical(value);
    }

    /** Arrays and structs compare item by item, across kinds of numbers, and are too rare in filters to be worth a key. */
    static boolean isScalar(Value value) {
        return !(value instanceof Value.Array) && !(value instanceof Value.Struct);
    }

    /** Beyond 2^53 a double can equal an integer without being one: the integer stands for both. */
    private static Value canonical(Value value) {
        if (value instanceof Value.Real real
                && real.value() == Math.rint(real.value())
                && real.value() >= -0x1p63
                && real.value() < 0x1p63) {
            return new Value.Int((long) real.value());
        }
        return value;
    }
}
