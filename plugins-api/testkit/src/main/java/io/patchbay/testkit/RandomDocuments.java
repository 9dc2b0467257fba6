package io.patchbay.testkit;

import io.patchbay.api.document.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Documents with few fields and few different values, so that filters match, sorts tie and ids collide; the awkward values among them. */
public final class RandomDocuments {
    public static final List<String> FIELDS = List.of("a", "b", "c", "nested.x");

    /** Around what a double can tell apart, and the ends. */
    private static final List<Value> NUMBERS = List.of(
            Value.of(0),
            Value.of(1),
            Value.of(-1),
            Value.of(2.5),
            Value.of(-2.5),
            Value.of((1L << 53) - 1),
            Value.of(1L << 53),
            Value.of((1L << 53) + 1),
            Value.of((1L << 53) + 2),
            Value.of(Long.MAX_VALUE),
            Value.of(Long.MAX_VALUE - 1),
            Value.of(Long.MIN_VALUE),
            Value.of(0x1p63),
            Value.of(-0x1p63),
            Value.of(Double.MAX_VALUE),
            Value.of(-Double.MAX_VALUE),
            Value.of(Double.MIN_VALUE),
            Value.of(-0.0));

    /** Where UTF-16 and UTF-8 order differ, what must be escaped, prefixes of each other, and different forms of what looks alike. */
    private static final List<String> TEXTS = List.of(
            "",
            "a",
            "ab",
            "abc",
            "b",
            "B",
            "\u0000",
            "a\u0000",
            "a\u0000b",
            "a\u0001",
            "\u007f",
            "\u00e9",
            "e\u0301",
            "\ud7ff",
            "\ue000",
            "\uffff",
            "\ud800\udc00",
            "\ud83d\ude00",
            "\udbff\udfff",
            "\u00df",
            "ss",
            "\u0130",
            "i",
            "\u3042",
            " a",
            "10",
            "9");

    private final Random random;

    public RandomDocuments(Random random) {
        this.random = random;
    }

    public Value.Struct data() {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (String field : List.of("a", "b", "c")) {
            if (random.nextInt(5) > 0) {
                fields.put(field, value(2));
            }
        }
        if (random.nextInt(3) > 0) {
            fields.put("nested", random.nextInt(4) == 0 ? value(1) : Value.struct("x", value(1)));
        }
        return new Value.Struct(fields);
    }

    public Value value(int depth) {
        int kind = random.nextInt(depth > 0 ? 20 : 16);
        if (kind < 1) {
            return Value.NULL;
        }
        if (kind < 3) {
            return Value.of(random.nextBoolean());
        }
        if (kind < 9) {
            return number();
        }
        if (kind < 16) {
            return Value.of(text());
        }
        if (kind < 18) {
            return new Value.Array(IntStream.range(0, random.nextInt(3))
                    .mapToObj(i -> value(depth - 1))
                    .toList());
        }
        Map<String, Value> fields = new LinkedHashMap<>();
        IntStream.range(0, random.nextInt(3)).forEach(i -> fields.put(text(), value(depth - 1)));
        return new Value.Struct(fields);
    }

    public Value number() {
        return random.nextInt(3) > 0 ? Value.of(random.nextInt(5)) : NUMBERS.get(random.nextInt(NUMBERS.size()));
    }

    public String text() {
        String text = TEXTS.get(random.nextInt(TEXTS.size()));
        // Now and then one whose key is longer than an index holds; the tail tells them apart.
        return random.nextInt(12) == 0 ? "long".repeat(300) + text : text;
    }

    /** One of a few; those that are allowed, in all their awkwardness. */
    public String id() {
        String text = TEXTS.get(random.nextInt(TEXTS.size()));
        boolean allowed = !text.isEmpty() && text.chars().noneMatch(Character::isISOControl);
        return (allowed ? text : "id") + random.nextInt(6);
    }
}
