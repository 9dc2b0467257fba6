package io.patchbay.api.document;

/** JSON (RFC 8259) to values and back, strictly. */
public final class Json {
    private Json() {}

    /** UTF-8, no white space; integers beyond ±2^53 as plain digits. */
    public static byte[] encode(Value value) {
        throw new IllegalStateException("being written");
    }

    /**
     * Reads exactly one value that fills {@code bytes}.
     *
     * @throws io.patchbay.api.PatchbayException MALFORMED if it is not JSON in valid UTF-8; VALUE_INVALID if it is, but holds what no value can be (lone surrogates, duplicate keys, integers beyond 64 bits, numbers beyond a double); LIMIT_EXCEEDED if nested too deep
     */
    public static Value decode(byte[] bytes) {
        throw new IllegalStateException("being written");
    }
}
