package io.patchbay.cli;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Reads answers. */
final class Texts {
    private Texts() {}

    /** The texts under {@code field}; none if it is left out. */
    static List<String> of(Value.Struct struct, String field) {
        return struct.fields().get(field) instanceof Value.Array array
                ? array.items().stream()
                        .map(item -> ((Value.Text) item).value())
                        .toList()
                : List.of();
    }

    /** The structs that an answer lists. */
    static List<Value.Struct> structs(Value answer) {
        return ((Value.Array) answer)
                .items().stream().map(Value.Struct.class::cast).toList();
    }

    static String or(Value.Struct struct, String field, String otherwise) {
        Value value = struct.fields().get(field);
        return value instanceof Value.Text text
                ? text.value()
                : value instanceof Value.Int number ? Long.toString(number.value()) : otherwise;
    }

    /** {@code 1 document}, {@code 12,000 documents}. */
    static String count(long number, String one) {
        return String.format(Locale.ROOT, "%,d %s%s", number, one, number == 1 ? "" : "s");
    }

    static String json(Value value) {
        return new String(Json.encodeEnvelope(value), StandardCharsets.UTF_8);
    }
}
