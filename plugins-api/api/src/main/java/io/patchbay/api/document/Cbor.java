package io.patchbay.api.document;

import io.patchbay.api.Limits;
import java.nio.ByteBuffer;

/**
 * CBOR (RFC 8949) to values and back; written deterministically (section 4.2.1), read strictly. Any thread.
 *
 * <p>Reading takes every encoding of a value, also indefinite lengths and longer integers than needed; writing makes the one deterministic encoding, so two values are equal
 * exactly if their bytes are.
 */
public final class Cbor {
    private Cbor() {}

    /**
     * Deterministic: shortest integers, floats and lengths, keys in bytewise order of their encoding.
     *
     * @throws io.patchbay.api.PatchbayException LIMIT_EXCEEDED if nested deeper than {@link Limits#DEPTH}
     */
    public static byte[] encode(Value value) {
        CborWriter writer = CborWriter.recycled();
        try {
            return writer.value(value).toByteArray();
        } finally {
            writer.recycle();
        }
    }

    /** As {@link #encode}, for a message around documents: it may be nested {@link Limits#ENVELOPE_DEPTH} levels deeper than they. */
    public static byte[] encodeEnvelope(Value value) {
        CborWriter writer = CborWriter.recycled();
        try {
            writer.value(value, -Limits.ENVELOPE_DEPTH);
            return writer.toByteArray();
        } finally {
            writer.recycle();
        }
    }

    /**
     * Reads exactly one item that fills {@code bytes}; the first fault in it decides.
     *
     * @throws io.patchbay.api.PatchbayException MALFORMED if it is not well-formed CBOR; VALUE_INVALID if it is, but holds what no value can be (tags, byte strings, NaN, integers beyond 64 bits, duplicate keys, invalid UTF-8, undefined); LIMIT_EXCEEDED if nested too deep
     */
    public static Value decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /** As {@link #decode(byte[])}, of the {@code length} bytes from {@code offset}. */
    public static Value decode(byte[] bytes, int offset, int length) {
        CborReader reader = new CborReader(bytes, offset, length);
        Value value = reader.value(0);
        reader.requireEnd();
        return value;
    }

    /** As {@link #decode(byte[])}, for a message around documents: it may be nested {@link Limits#ENVELOPE_DEPTH} levels deeper than they. */
    public static Value decodeEnvelope(byte[] bytes) {
        CborReader reader = new CborReader(bytes, 0, bytes.length);
        Value value = reader.value(-Limits.ENVELOPE_DEPTH);
        reader.requireEnd();
        return value;
    }

    /** As {@link #decode(byte[])}, of what remains in {@code bytes}; the buffer's position is left alone. */
    public static Value decode(ByteBuffer bytes) {
        if (bytes.hasArray()) {
            return decode(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return decode(copy);
    }
}
