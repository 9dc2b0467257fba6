package io.patchbay.api.document;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Values of every kind, with a liking for the numbers and characters at the edges. */
final class RandomValues {
    private static final long[] EDGES = {
        0, 23, 24, 255, 256, 65535, 65536, 0xffff_ffffL, 0x1_0000_0000L, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE
    };
    private static final String[] CHARACTERS = {
        "a",
        "Z",
        "\0",
        "\"",
        "\\",
        "\n",
        "\u007f",
        "\u0080",
        "é",
        "\u07ff",
        "\u0800",
        "\uffff",
        "\ufffd",
        "😀",
        "\udbff\udfff"
    };

    private final Random random;

    RandomValues(long seed) {
        random = new Random(seed);
    }

    Value next(int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 7)) {
            case 0 -> Value.NULL;
            case 1 -> Value.of(random.nextBoolean());
            case 2 -> Value.of(integer());
            case 3 -> Value.of(finite(Double.longBitsToDouble(random.nextLong())));
            case 4 -> Value.of(finite(Float.intBitsToFloat(random.nextInt())));
            case 5 -> Value.of(HalfFloat.toDouble(random.nextInt(0x7c00) | random.nextInt(2) << 15));
            case 6 -> Value.of(text());
            case 7 -> array(depth - 1);
            default -> struct(depth - 1);
        };
    }

    Value.Struct struct(int depth) {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            fields.put(text(), next(depth));
        }
        return new Value.Struct(fields);
    }

    private Value.Array array(int depth) {
        List<Value> items = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            items.add(next(depth));
        }
        return new Value.Array(items);
    }

    private long integer() {
        long edge = EDGES[random.nextInt(EDGES.length)];
        return switch (random.nextInt(3)) {
            case 0 -> edge;
            case 1 -> ~edge;
            default -> random.nextLong() >> random.nextInt(64);
        };
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(random.nextInt(10) == 0 ? 300 : 8); i > 0; i--) {
            text.append(CHARACTERS[random.nextInt(CHARACTERS.length)]);
        }
        return text.toString();
    }

    private static double finite(double value) {
        return Double.isFinite(value) ? value : 0.1;
    }
}
