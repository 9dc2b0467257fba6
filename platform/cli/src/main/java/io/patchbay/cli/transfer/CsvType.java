package io.patchbay.cli.transfer;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a field's text in a CSV file becomes. An empty field without quotes is left out, whatever the type. */
enum CsvType {
    /** By the text: without quotes {@code null}, {@code true}, {@code false} and numbers as JSON writes them; with or without, arrays and objects in JSON; all else is text. */
    AUTO,
    TEXT,
    NUMBER,
    BOOLEAN,
    /** Any JSON. */
    JSON;

    private static final Pattern NUMBERS = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final int SHOWN_CHARS = 40;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<CsvType> find(String label) {
        for (CsvType type : values()) {
            if (type.label().equals(label)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /**
     * Empty if the field is left out.
     *
     * @throws IllegalArgumentException with a sentence, if the text is none of the type's
     */
    Optional<Value> read(String text, boolean quoted) {
        if (text.isEmpty() && (!quoted || this == NUMBER || this == BOOLEAN || this == JSON)) {
            return Optional.empty();
        }
        return Optional.of(
                switch (this) {
                    case AUTO -> auto(text, quoted);
                    case TEXT -> Value.of(text);
                    case NUMBER -> number(text).orElseThrow(() -> none(text, "number"));
                    case BOOLEAN -> bool(text).orElseThrow(() -> none(text, "'true' or 'false'"));
                    case JSON -> json(text).orElseThrow(() -> none(text, "JSON"));
                });
    }

    private static Value auto(String text, boolean quoted) {
        char first = text.isEmpty() ? ' ' : text.charAt(0);
        if (first == '{' || first == '[') {
            return json(text).orElseGet(() -> Value.of(text));
        }
        return quoted ? Value.of(text) : plain(text).orElseGet(() -> Value.of(text));
    }

    /** What a text without quotes is, if it is no text. */
    private static Optional<Value> plain(String text) {
        return switch (text.charAt(0)) {
            case 'n' -> text.equals("null") ? Optional.of(Value.NULL) : Optional.empty();
            case 't', 'f' -> bool(text);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number(text);
            default -> Optional.empty();
        };
    }

    /** Whether a text has to stand in quotes to be read as text again. */
    static boolean needsQuotes(String text) {
        return text.isEmpty() || plain(text).isPresent();
    }

    /** Whether a text is read as an array or an object even in quotes. */
    static boolean looksLikeJson(String text) {
        return !text.isEmpty()
                && (text.charAt(0) == '{' || text.charAt(0) == '[')
                && json(text).isPresent();
    }

    private static Optional<Value> bool(String text) {
        return text.equals("true")
                ? Optional.of(Value.TRUE)
                : text.equals("false") ? Optional.of(Value.FALSE) : Optional.empty();
    }

    /** Empty if it is none, or one that a value can't hold. */
    private static Optional<Value> number(String text) {
        if (!NUMBERS.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            if (text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'))) {
                return Optional.of(Value.of(Long.parseLong(text)));
            }
            double number = Double.parseDouble(text);
            return Double.isFinite(number) ? Optional.of(Value.of(number)) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<Value> json(String text) {
        try {
            return Optional.of(Json.decode(text.getBytes(StandardCharsets.UTF_8)));
        } catch (PatchbayException e) {
            return Optional.empty();
        }
    }

    private static IllegalArgumentException none(String text, String what) {
        String shown = text.length() > SHOWN_CHARS ? text.substring(0, SHOWN_CHARS) + "..." : text;
        return new IllegalArgumentException("'" + shown + "' is no " + what + ".");
    }
}
