package io.patchbay.it;

import io.patchbay.api.document.Value;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Which documents of a test's load a subscriber or reader wants: as a filter for the node, and in Java for the comparison. */
record Interest(Optional<String> filter, Predicate<Value.Struct> wanted) {
    private static final List<Interest> KINDS = List.of(
            new Interest(Optional.empty(), document -> true),
            of("kind == \"counter\"", document -> text(document, "kind").equals("counter")),
            of(
                    "kind == \"item\" && group == 3",
                    document -> text(document, "kind").equals("item") && number(document, "group") == 3),
            of("n >= 50 && n < 200", document -> number(document, "n") >= 50 && number(document, "n") < 200),
            of(
                    "writer == 1 || writer == 6",
                    document -> number(document, "writer") == 1 || number(document, "writer") == 6),
            of("label.startsWith(\"ü\")", document -> text(document, "label").startsWith("ü")),
            of(
                    "group in [1, 4] && !(n > 500)",
                    document -> List.of(1L, 4L).contains(number(document, "group")) && number(document, "n") <= 500));

    /** A different one for every number, again and again. */
    static Interest number(int number) {
        return KINDS.get(number % KINDS.size());
    }

    private static Interest of(String filter, Predicate<Value.Struct> wanted) {
        return new Interest(Optional.of(filter), wanted);
    }

    private static String text(Value.Struct document, String field) {
        return document.findText(field).orElseThrow();
    }

    private static long number(Value.Struct document, String field) {
        return document.findInt(field).orElseThrow();
    }
}
