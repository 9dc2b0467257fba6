package io.patchbay.api.query;

import io.patchbay.api.document.Value;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Writes the form that {@link OrderedKey} describes. Used by one thread. */
final class KeyWriter {
    private static final int BIAS = 0x8000;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(32);
    // Xored into each byte: all ones while a descending key is written.
    private int mask;

    void write(Optional<Value> value, boolean descending) {
        mask = descending ? 0xFF : 0;
        if (value.isPresent()) {
            write(value.get());
        } else {
            put(OrderedKey.MISSING);
        }
        mask = 0;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    private void write(Value value) {
        if (value instanceof Value.Null) {
            put(OrderedKey.NULL);
        } else if (value instanceof Value.Bool bool) {
            put(bool.value() ? OrderedKey.TRUE : OrderedKey.FALSE);
        } else if (value instanceof Value.Int number) {
            writeInt(number.value());
        } else if (value instanceof Value.Real number) {
            writeNumber(number.value(), 0);
        } else if (value instanceof Value.Text text) {
            put(OrderedKey.TEXT);
            writeText(text.value());
        } else if (value instanceof Value.Array array) {
            put(OrderedKey.ARRAY);
            array.items().forEach(this::write);
            put(0);
        } else if (value instanceof Value.Struct struct) {
            writeStruct(struct);
        }
    }

    private void writeInt(long value) {
        double nearest = value;
        // The nearest double of the largest integers is 2^63, which no long can hold: a cast back would give 2^63 - 1.
        long lacking = nearest == 0x1p63 ? value - Long.MAX_VALUE - 1 : value - (long) nearest;
        writeNumber(nearest, (int) lacking);
    }

    private void writeNumber(double value, int lacking) {
        put(OrderedKey.NUMBER);
        long bits = Double.doubleToLongBits(value);
        long ordered = bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
        for (int shift = 56; shift >= 0; shift -= 8) {
            put((int) (ordered >>> shift));
        }
        put((lacking + BIAS) >>> 8);
        put(lacking + BIAS);
    }

    private void writeText(String text) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            put(b);
            if (b == 0) {
                put(0xFF);
            }
        }
        put(0);
        put(0);
    }

    private void writeStruct(Value.Struct struct) {
        put(OrderedKey.STRUCT);
        List<String> names = struct.fields().keySet().stream()
                .sorted(ValueOrder::compareTexts)
                .toList();
        for (String name : names) {
            put(OrderedKey.TEXT);
            writeText(name);
            write(struct.fields().get(name));
        }
        put(0);
    }

    private void put(int b) {
        out.write(b ^ mask);
    }
}
