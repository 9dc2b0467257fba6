package io.patchbay.api.document;

/** CBOR (RFC 8949) to values and back; written deterministically (section 4.2.1), read strictly. */
public final class Cbor {
    private Cbor() {}

    /** Deterministic: shortest integers, floats and lengths, keys in bytewise order of their encoding. */
    public static byte[] encode(Value value) {
        throw new IllegalStateException("being written");
    }

    /**
     * Reads exactly one item that fills {@code bytes}.
     *
     * @throws io.patchbay.api.PatchbayException MALFORMED if it is not well-formed CBOR; VALUE_INVALID if it is, but holds what no value can be (tags, byte strings, NaN, integers beyond 64 bits, duplicate keys, invalid UTF-8, undefined); LIMIT_EXCEEDED if nested too deep
     */
    public static Value decode(byte[] bytes) {
        throw new IllegalStateException("being written");
    }
}
