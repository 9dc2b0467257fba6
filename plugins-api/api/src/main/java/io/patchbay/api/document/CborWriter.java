package io.patchbay.api.document;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes CBOR items one behind the other, for messages around bodies that are encoded already: {@code new CborWriter().startMap(2).text("id").integer(7).text("data").raw(body)}.
 *
 * <p>Numbers, lengths and {@link #value} come out in their deterministic form. How many items a map or an array has, and in what order a map's keys come, is the caller's to
 * get right. One thread at a time.
 */
public final class CborWriter {
    static final int UNSIGNED = 0;
    static final int NEGATIVE = 1;
    static final int TEXT = 3;
    static final int ARRAY = 4;
    static final int MAP = 5;
    static final int FALSE = 0xf4;
    static final int TRUE = 0xf5;
    static final int NULL = 0xf6;
    static final int HALF = 0xf9;
    static final int SINGLE = 0xfa;
    static final int DOUBLE = 0xfb;

    private static final int INITIAL_BYTES = 512;
    /** A larger buffer is not kept for the thread's next use. */
    private static final int RECYCLED_BYTES = 64 << 10;

    private static final ThreadLocal<CborWriter> RECYCLED = new ThreadLocal<>();

    private byte[] bytes = new byte[INITIAL_BYTES];
    private int size;

    static CborWriter recycled() {
        CborWriter writer = RECYCLED.get();
        if (writer == null) {
            return new CborWriter();
        }
        RECYCLED.remove();
        return writer;
    }

    void recycle() {
        if (bytes.length <= RECYCLED_BYTES) {
            RECYCLED.set(reset());
        }
    }

    /** Begins a map of {@code entries} keys, each followed by its value. */
    public CborWriter startMap(int entries) {
        return head(MAP, entries);
    }

    public CborWriter startArray(int items) {
        return head(ARRAY, items);
    }

    /** A text, or a map's key; without lone surrogates, which would come out as question marks. */
    public CborWriter text(String text) {
        int length = text.length();
        ensure(length + 5);
        int start = size;
        head(TEXT, length);
        if (asciiTo(text, length)) {
            return this;
        }
        size = start;
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return text(utf8);
    }

    /** A time as RFC 3339 text in UTC. */
    public CborWriter time(long epochMs) {
        return text(TimeText.of(epochMs));
    }

    public CborWriter integer(long value) {
        return value >= 0 ? head(UNSIGNED, value) : head(NEGATIVE, ~value);
    }

    /** A finite number; an integral one within ±2^53 is written as an integer, as the data model has it. */
    public CborWriter real(double value) {
        return value(Value.of(value));
    }

    public CborWriter bool(boolean value) {
        return put(value ? TRUE : FALSE);
    }

    public CborWriter nil() {
        return put(NULL);
    }

    /** @throws PatchbayException LIMIT_EXCEEDED if nested deeper than {@link Limits#DEPTH} */
    public CborWriter value(Value value) {
        value(value, 0);
        return this;
    }

    /** One item that is encoded already. */
    public CborWriter raw(byte[] item) {
        return raw(item, 0, item.length);
    }

    public CborWriter raw(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
        return this;
    }

    /** Bytes written since the last reset. */
    public int size() {
        return size;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** Forgets what was written, and keeps the buffer. */
    public CborWriter reset() {
        size = 0;
        return this;
    }

    /** @param depth what the nesting is counted from */
    void value(Value value, int depth) {
        if (value instanceof Value.Text text) {
            text(text.value());
        } else if (value instanceof Value.Int number) {
            integer(number.value());
        } else if (value instanceof Value.Real number) {
            shortestReal(number.value());
        } else if (value instanceof Value.Bool bool) {
            bool(bool.value());
        } else if (value instanceof Value.Null) {
            nil();
        } else if (value instanceof Value.Array array) {
            requireDepth(depth + 1);
            startArray(array.items().size());
            for (Value item : array.items()) {
                value(item, depth + 1);
            }
        } else if (value instanceof Value.Struct struct) {
            requireDepth(depth + 1);
            fields(struct.fields(), depth + 1);
        }
    }

    private void fields(Map<String, Value> fields, int depth) {
        startMap(fields.size());
        Key[] keys = new Key[fields.size()];
        int count = 0;
        boolean sorted = true;
        for (Map.Entry<String, Value> field : fields.entrySet()) {
            Key key = new Key(field.getKey().getBytes(StandardCharsets.UTF_8), field.getValue());
            sorted &= count == 0 || keys[count - 1].compareTo(key) < 0;
            keys[count++] = key;
        }
        // What was decoded from our own encoding is sorted already.
        if (!sorted) {
            Arrays.sort(keys);
        }
        for (Key key : keys) {
            text(key.utf8);
            value(key.value, depth);
        }
    }

    private record Key(byte[] utf8, Value value) implements Comparable<Key> {
        /** The order of the encoded keys: a shorter one has the smaller head. */
        @Override
        public int compareTo(Key other) {
            return utf8.length != other.utf8.length
                    ? Integer.compare(utf8.length, other.utf8.length)
                    : Arrays.compareUnsigned(utf8, other.utf8);
        }
    }

    private void shortestReal(double value) {
        int half = HalfFloat.exactBits(value);
        if (half >= 0) {
            put(HALF).big(half, 2);
        } else if ((float) value == value) {
            put(SINGLE).big(Float.floatToRawIntBits((float) value), 4);
        } else {
            put(DOUBLE).big(Double.doubleToRawLongBits(value), 8);
        }
    }

    private CborWriter text(byte[] utf8) {
        return head(TEXT, utf8.length).raw(utf8);
    }

    private boolean asciiTo(String text, int length) {
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                return false;
            }
            bytes[size + i] = (byte) c;
        }
        size += length;
        return true;
    }

    private CborWriter head(int major, long argument) {
        int type = major << 5;
        if (argument < 24) {
            return put(type | (int) argument);
        } else if (argument <= 0xff) {
            return put(type | 24).put((int) argument);
        } else if (argument <= 0xffff) {
            return put(type | 25).big(argument, 2);
        } else if (argument <= 0xffff_ffffL) {
            return put(type | 26).big(argument, 4);
        }
        return put(type | 27).big(argument, 8);
    }

    private CborWriter put(int b) {
        ensure(1);
        bytes[size++] = (byte) b;
        return this;
    }

    private CborWriter big(long value, int length) {
        ensure(length);
        for (int shift = (length - 1) * 8; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >> shift);
        }
        return this;
    }

    private void ensure(int more) {
        if (more > bytes.length - size) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), (int)
                    Math.min(bytes.length * 2L, Integer.MAX_VALUE - 8)));
        }
    }

    private static void requireDepth(int depth) {
        if (depth > Limits.DEPTH) {
            throw PatchbayException.beyond(
                    "depth",
                    ErrorCode.LIMIT_EXCEEDED,
                    "A value may be nested " + Limits.DEPTH + " levels deep, and this one is deeper.");
        }
    }
}
