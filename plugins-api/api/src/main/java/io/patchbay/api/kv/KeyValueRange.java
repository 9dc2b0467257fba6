package io.patchbay.api.kv;

/**
 * The keys of a bucket from {@code from} to before {@code to}, by their UTF-8 bytes.
 *
 * @param from empty for the first
 * @param to empty for no end
 */
public record KeyValueRange(byte[] from, byte[] to) {
    public static final KeyValueRange ALL = new KeyValueRange(new byte[0], new byte[0]);
}
