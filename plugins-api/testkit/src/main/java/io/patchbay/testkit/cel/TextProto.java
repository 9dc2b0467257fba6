package io.patchbay.testkit.cel;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A protobuf message in text form, read without its schema: fields by name, each with all its values in order (messages, or scalars as text). Immutable. */
final class TextProto {
    private final Map<String, List<Object>> fields = new LinkedHashMap<>();

    static TextProto parse(String text) {
        Parser parser = new Parser(text);
        TextProto message = parser.fields(false);
        if (!parser.atEnd()) {
            throw parser.fault("a field was expected");
        }
        return message;
    }

    boolean has(String field) {
        return fields.containsKey(field);
    }

    List<TextProto> messages(String field) {
        return fields.getOrDefault(field, List.of()).stream()
                .map(TextProto.class::cast)
                .toList();
    }

    Optional<TextProto> findMessage(String field) {
        return messages(field).stream().findFirst();
    }

    /** A scalar as it stands there; a string without its quotes and escapes. */
    Optional<String> findText(String field) {
        return fields.getOrDefault(field, List.of()).stream()
                .map(String.class::cast)
                .findFirst();
    }

    private static final class Parser {
        private final String text;
        private int position;

        Parser(String text) {
            this.text = text;
        }

        TextProto fields(boolean nested) {
            TextProto message = new TextProto();
            while (!atEnd() && !(nested && (peek() == '}' || peek() == '>'))) {
                String name = peek() == '[' ? bracketed() : word();
                boolean colon = accept(':');
                Object value = value(colon);
                message.fields
                        .computeIfAbsent(name, n -> new ArrayList<>())
                        .addAll(value instanceof List<?> several ? several : List.of(value));
                if (!accept(',')) {
                    accept(';');
                }
            }
            return message;
        }

        private Object value(boolean colon) {
            if (accept('{') || accept('<')) {
                TextProto nested = fields(true);
                position++;
                return nested;
            }
            if (!colon) {
                throw fault("a colon or a message was expected");
            }
            if (accept('[')) {
                List<Object> several = new ArrayList<>();
                while (!accept(']')) {
                    several.add(value(true));
                    accept(',');
                }
                return several;
            }
            return peek() == '"' || peek() == '\'' ? strings() : word();
        }

        /** Neighbouring strings are one. */
        private String strings() {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            while (!atEnd() && (peek() == '"' || peek() == '\'')) {
                string(bytes);
            }
            return bytes.toString(StandardCharsets.UTF_8);
        }

        private void string(ByteArrayOutputStream bytes) {
            char quote = text.charAt(position++);
            while (text.charAt(position) != quote) {
                int c = text.codePointAt(position);
                position += Character.charCount(c);
                bytes.writeBytes(c == '\\' ? escape() : Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
            position++;
        }

        private byte[] escape() {
            char c = text.charAt(position++);
            return switch (c) {
                case 'n' -> new byte[] {'\n'};
                case 't' -> new byte[] {'\t'};
                case 'r' -> new byte[] {'\r'};
                case 'a' -> new byte[] {7};
                case 'b' -> new byte[] {8};
                case 'f' -> new byte[] {12};
                case 'v' -> new byte[] {11};
                case 'x', 'X' -> new byte[] {(byte) digits(16, 2)};
                case 'u' -> Character.toString(digits(16, 4)).getBytes(StandardCharsets.UTF_8);
                case 'U' -> Character.toString(digits(16, 8)).getBytes(StandardCharsets.UTF_8);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                    position--;
                    yield new byte[] {(byte) digits(8, 3)};
                }
                default -> new byte[] {(byte) c};
            };
        }

        private int digits(int radix, int most) {
            int start = position;
            while (position < text.length()
                    && position - start < most
                    && Character.digit(text.charAt(position), radix) >= 0) {
                position++;
            }
            return Integer.parseInt(text.substring(start, position), radix);
        }

        private String word() {
            peek();
            int start = position;
            while (position < text.length()
                    && (Character.isLetterOrDigit(text.charAt(position))
                            || "_.+-".indexOf(text.charAt(position)) >= 0)) {
                position++;
            }
            if (start == position) {
                throw fault("a name or a number was expected");
            }
            return text.substring(start, position);
        }

        /** An extension or the type within an Any. */
        private String bracketed() {
            int end = text.indexOf(']', position);
            String name = text.substring(position, end + 1);
            position = end + 1;
            return name;
        }

        private boolean accept(char wanted) {
            if (atEnd() || text.charAt(position) != wanted) {
                return false;
            }
            position++;
            return true;
        }

        private char peek() {
            if (atEnd()) {
                throw fault("it ends too early");
            }
            return text.charAt(position);
        }

        boolean atEnd() {
            while (position < text.length()) {
                char c = text.charAt(position);
                if (c == '#') {
                    int end = text.indexOf('\n', position);
                    position = end < 0 ? text.length() : end;
                } else if (!Character.isWhitespace(c)) {
                    return false;
                } else {
                    position++;
                }
            }
            return true;
        }

        IllegalArgumentException fault(String what) {
            return new IllegalArgumentException(what + " in line "
                    + text.substring(0, Math.min(position, text.length()))
                            .lines()
                            .count());
        }
    }
}
