package io.patchbay.api.document;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Reads one JSON text with Jackson's tokenizer, and refuses what it is lax about. Used once, by one thread. */
final class JsonReader {
    /** So many digits always fit 64 bits. */
    private static final int SAFE_DIGITS = 18;

    private final JsonParser parser;

    private JsonReader(JsonParser parser) {
        this.parser = parser;
    }

    /** @param depth what the nesting is counted from */
    static Value read(byte[] bytes, int offset, int length, int depth) {
        requireUtf8(bytes, offset, length);
        try (JsonParser parser = Json.FACTORY.createParser(bytes, offset, length)) {
            JsonReader reader = new JsonReader(parser);
            Value value = reader.value(parser.nextToken(), depth);
            if (parser.nextToken() != null) {
                throw malformed("Something follows the value");
            }
            return value;
        } catch (StreamConstraintsException e) {
            throw new PatchbayException(
                    ErrorCode.LIMIT_EXCEEDED, "The JSON goes beyond a limit: " + e.getOriginalMessage() + ".", e);
        } catch (JsonProcessingException e) {
            throw syntax(e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    /** Jackson would skip a byte order mark, take zero bytes for UTF-16 or UTF-32, and read overlong forms. */
    private static void requireUtf8(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int unusual = offset;
        while (unusual < end && bytes[unusual] > 0) {
            unusual++;
        }
        for (int i = unusual; i < end; i++) {
            if (bytes[i] == 0) {
                throw malformed("Byte " + (i - offset) + " is zero, which JSON in UTF-8 never has");
            }
        }
        if (length >= 3
                && (bytes[offset] & 0xff) == 0xef
                && (bytes[offset + 1] & 0xff) == 0xbb
                && (bytes[offset + 2] & 0xff) == 0xbf) {
            throw malformed("It begins with a byte order mark");
        }
        if (!Utf8.isValid(bytes, unusual, end - unusual)) {
            throw malformed("It is not valid UTF-8");
        }
    }

    private Value value(JsonToken token, int depth) throws IOException {
        if (token == null) {
            throw malformed("There is no value, or it ends too early");
        }
        return switch (token) {
            case VALUE_STRING -> new Value.Text(parser.getText());
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> real();
            case VALUE_TRUE -> Value.TRUE;
            case VALUE_FALSE -> Value.FALSE;
            case VALUE_NULL -> Value.NULL;
            case START_ARRAY -> array(deeper(depth));
            case START_OBJECT -> struct(deeper(depth));
            case END_ARRAY, END_OBJECT, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw malformed("A value is missing");
        };
    }

    private Value.Array array(int depth) throws IOException {
        List<Value> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(value(token, depth));
        }
        return new Value.Array(items);
    }

    private Value.Struct struct(int depth) throws IOException {
        FreshFields fields = new FreshFields();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            Value.Text.requireNoLoneSurrogate(name);
            if (fields.put(name, value(parser.nextToken(), depth)) != null) {
                throw new PatchbayException(
                        ErrorCode.VALUE_INVALID, "The key '" + Json.shortened(name) + "' comes twice.");
            }
        }
        return new Value.Struct(fields);
    }

    private Value integer() throws IOException {
        if (parser.getTextLength() <= SAFE_DIGITS) {
            return new Value.Int(parser.getLongValue());
        }
        // By text: Jackson would make a BigInteger first, in time that grows with the square of its length.
        String digits = parser.getText();
        try {
            return new Value.Int(Long.parseLong(digits));
        } catch (NumberFormatException e) {
            throw new PatchbayException(
                    ErrorCode.VALUE_INVALID, "The integer " + Json.shortened(digits) + " does not fit 64 bits.");
        }
    }

    private Value real() throws IOException {
        double value = parser.getDoubleValue();
        if (!Double.isFinite(value)) {
            throw new PatchbayException(
                    ErrorCode.VALUE_INVALID,
                    "The number " + Json.shortened(parser.getText()) + " is beyond what a double can hold.");
        }
        return Value.of(value);
    }

    private static int deeper(int depth) {
        if (depth >= Limits.DEPTH) {
            throw PatchbayException.beyond(
                    "depth",
                    ErrorCode.LIMIT_EXCEEDED,
                    "A value may be nested " + Limits.DEPTH + " levels deep, and this one is deeper.");
        }
        return depth + 1;
    }

    private static PatchbayException syntax(JsonProcessingException e) {
        String where = e.getLocation() == null
                ? ""
                : " at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
        String what = e.getOriginalMessage()
                .lines()
                .findFirst()
                .orElse("it ends too early")
                // Advice for the programmer who set the parser up, and its own word for our bytes.
                .replaceAll(
                        ": enable `.*$|: was expecting \\(.*$| \\(start marker at .*$|: maybe a \\(non-standard\\).*$",
                        "")
                // Numbers of characters say nothing to those who wrote the text.
                .replaceAll(
                        "Unexpected character \\(''' \\(code 39\\)\\)",
                        "Unexpected apostrophe (texts stand in double quotes)")
                .replaceAll("Unexpected character \\(('.+') \\(code \\d+[^)]*\\)\\)", "Unexpected character $1")
                .replaceAll("\\(\\(CTRL-CHAR, code (\\d+)\\)\\)", "with the number $1")
                .replaceAll("[.;:]?\\s*$", "");
        // Jackson refuses an escaped half in a name by itself; in a text, Value.Text does.
        if (what.contains("surrogate")) {
            return new PatchbayException(
                    ErrorCode.VALUE_INVALID, "A key contains half of a surrogate pair" + where + ".", e);
        }
        return new PatchbayException(ErrorCode.MALFORMED, "This is not JSON" + where + ": " + what + ".", e);
    }

    private static PatchbayException malformed(String what) {
        return new PatchbayException(ErrorCode.MALFORMED, what + ", so this is not JSON.");
    }
}
