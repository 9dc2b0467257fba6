package io.patchbay.api.document;

import com.fasterxml.jackson.core.JsonGenerator;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads one strict CBOR item out of a byte array, as values or straight into JSON. Used once, by one thread.
 *
 * <p>Lengths are believed only as far as bytes are there, and nothing is allocated for items that have not been seen: a hostile head costs nothing. The nesting is bounded, so
 * recursion is safe.
 */
final class CborReader {
    private static final int BYTE_STRING = 2;
    private static final int TAG = 6;
    private static final int INDEFINITE = 31;
    private static final int BREAK = 0xff;
    private static final int UNDEFINED = 0xf7;
    private static final int SIMPLE = 0xf8;
    private static final int ASSUMED_ITEMS = 16;

    private final byte[] bytes;
    private final int start;
    private final int end;
    private int position;

    CborReader(byte[] bytes, int offset, int length) {
        java.util.Objects.checkFromIndexSize(offset, length, bytes.length);
        this.bytes = bytes;
        this.start = offset;
        this.end = offset + length;
        this.position = offset;
    }

    Value value(int depth) {
        int head = next();
        return switch (head >> 5) {
            case CborWriter.UNSIGNED -> new Value.Int(integer(head));
            case CborWriter.NEGATIVE -> new Value.Int(~integer(head));
            case CborWriter.TEXT -> new Value.Text(text(head));
            case CborWriter.ARRAY -> array(head, deeper(depth));
            case CborWriter.MAP -> struct(head, deeper(depth));
            case BYTE_STRING -> throw invalid("A byte string can't be part of a value; send text or an array");
            case TAG -> throw invalid("A tag can't be part of a value");
            default -> simple(head);
        };
    }

    /** Writes one item as JSON; depth and duplicate keys are checked here as well. */
    void copyTo(JsonGenerator json, int depth) throws IOException {
        int head = peek();
        int major = head >> 5;
        if (major == CborWriter.ARRAY) {
            position++;
            copyArray(head, json, deeper(depth));
        } else if (major == CborWriter.MAP) {
            position++;
            copyMap(head, json, deeper(depth));
        } else if (major == CborWriter.TEXT) {
            position++;
            copyText(head, json);
        } else {
            Json.writeScalar(json, value(depth));
        }
    }

    void requireEnd() {
        if (position != end) {
            throw malformed((end - position) + " bytes follow the value");
        }
    }

    private Value.Array array(int head, int depth) {
        long count = count(head, 1);
        List<Value> items = new ArrayList<>((int) Math.min(count < 0 ? ASSUMED_ITEMS : count, ASSUMED_ITEMS));
        while (count < 0 ? !atBreak() : count-- > 0) {
            items.add(value(depth));
        }
        return new Value.Array(items);
    }

    private Value.Struct struct(int head, int depth) {
        long count = count(head, 2);
        FreshFields fields = new FreshFields();
        while (count < 0 ? !atBreak() : count-- > 0) {
            String key = key();
            if (fields.put(key, value(depth)) != null) {
                throw duplicate(key);
            }
        }
        return new Value.Struct(fields);
    }

    private void copyArray(int head, JsonGenerator json, int depth) throws IOException {
        long count = count(head, 1);
        json.writeStartArray();
        while (count < 0 ? !atBreak() : count-- > 0) {
            copyTo(json, depth);
        }
        json.writeEndArray();
    }

    private void copyMap(int head, JsonGenerator json, int depth) throws IOException {
        long count = count(head, 2);
        Set<String> seen = new HashSet<>();
        json.writeStartObject();
        while (count < 0 ? !atBreak() : count-- > 0) {
            String key = key();
            json.writeFieldName(key);
            copyTo(json, depth);
            // Behind the value, as when it is read: whichever way a body is taken, the same fault is found first.
            if (!seen.add(key)) {
                throw duplicate(key);
            }
        }
        json.writeEndObject();
    }

    /** What is UTF-8 here is UTF-8 there: only quotes and the like are written otherwise, so a text need not become a String in between. */
    private void copyText(int head, JsonGenerator json) throws IOException {
        if ((head & 0x1f) == INDEFINITE) {
            json.writeString(text(head));
            return;
        }
        int length = textLength(head);
        if (!Utf8.isValid(bytes, position, length)) {
            throw notUtf8();
        }
        json.writeUTF8String(bytes, position, length);
        position += length;
    }

    private String key() {
        int head = next();
        if (head == BREAK) {
            throw malformed("a map ends behind a key");
        }
        if (head >> 5 != CborWriter.TEXT) {
            throw invalid("A key must be text");
        }
        return text(head);
    }

    private Value simple(int head) {
        return switch (head) {
            case CborWriter.FALSE -> Value.FALSE;
            case CborWriter.TRUE -> Value.TRUE;
            case CborWriter.NULL -> Value.NULL;
            case CborWriter.HALF -> number(HalfFloat.toDouble((int) big(2)));
            case CborWriter.SINGLE -> number(Float.intBitsToFloat((int) big(4)));
            case CborWriter.DOUBLE -> number(Double.longBitsToDouble(big(8)));
            case UNDEFINED -> throw invalid("Undefined can't be part of a value; leave the field out or send null");
            case BREAK -> throw malformed("a break ends nothing");
            case SIMPLE ->
                throw next() < 32
                        ? malformed("a simple value is encoded too long")
                        : invalid("A simple value can't be part of a value");
            default ->
                throw (head & 0x1f) < 24
                        ? invalid("A simple value can't be part of a value")
                        : malformed("a reserved head");
        };
    }

    private Value number(double value) {
        if (!Double.isFinite(value)) {
            throw invalid("A number must be finite, not " + value);
        }
        return Value.of(value);
    }

    private String text(int head) {
        if ((head & 0x1f) != INDEFINITE) {
            return definiteText(head);
        }
        StringBuilder whole = new StringBuilder();
        while (!atBreak()) {
            int chunk = next();
            if (chunk >> 5 != CborWriter.TEXT || (chunk & 0x1f) == INDEFINITE) {
                throw malformed("a chunk of a text is no text of definite length");
            }
            whole.append(definiteText(chunk));
        }
        return whole.toString();
    }

    private String definiteText(int head) {
        int length = textLength(head);
        String text = Utf8.find(bytes, position, length).orElseThrow(this::notUtf8);
        position += length;
        return text;
    }

    private int textLength(int head) {
        long length = argument(head);
        if (length < 0 || length > end - position) {
            throw malformed("a text is longer than the message");
        }
        return (int) length;
    }

    private PatchbayException notUtf8() {
        return invalid("A text is not valid UTF-8");
    }

    /** How many items or entries follow, each of at least {@code bytesEach}; -1 if a break will tell. */
    private long count(int head, int bytesEach) {
        if ((head & 0x1f) == INDEFINITE) {
            return -1;
        }
        long count = argument(head);
        if (count < 0 || count > (end - position) / bytesEach) {
            throw malformed("an array or a map has more items than the message has bytes");
        }
        return count;
    }

    private long integer(int head) {
        long argument = argument(head);
        if (argument < 0) {
            throw invalid("An integer does not fit 64 bits");
        }
        return argument;
    }

    /** Negative if it is 2^63 or more. */
    private long argument(int head) {
        int info = head & 0x1f;
        if (info < 24) {
            return info;
        }
        return switch (info) {
            case 24 -> next();
            case 25 -> big(2);
            case 26 -> big(4);
            case 27 -> big(8);
            default -> throw malformed("a reserved head");
        };
    }

    private boolean atBreak() {
        if (peek() != BREAK) {
            return false;
        }
        position++;
        return true;
    }

    private int next() {
        int b = peek();
        position++;
        return b;
    }

    private int peek() {
        if (position >= end) {
            throw malformed("it ends too early");
        }
        return bytes[position] & 0xff;
    }

    private long big(int length) {
        if (length > end - position) {
            throw malformed("it ends too early");
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | bytes[position++] & 0xff;
        }
        return value;
    }

    private int deeper(int depth) {
        if (depth >= Limits.DEPTH) {
            throw PatchbayException.beyond(
                    "depth",
                    ErrorCode.LIMIT_EXCEEDED,
                    "A value may be nested " + Limits.DEPTH + " levels deep, and this one is deeper.");
        }
        return depth + 1;
    }

    private PatchbayException duplicate(String key) {
        return invalid("The key '" + Json.shortened(key) + "' comes twice");
    }

    private PatchbayException malformed(String what) {
        return new PatchbayException(
                ErrorCode.MALFORMED, "This is not CBOR: " + what + ", at byte " + (position - start) + ".");
    }

    private PatchbayException invalid(String what) {
        return new PatchbayException(ErrorCode.VALUE_INVALID, what + " (at byte " + (position - start) + ").");
    }
}
