package io.patchbay.api.query;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The keys from {@code from}, included, to {@code to}, excluded, in unsigned byte order. The arrays are read only.
 *
 * @param point whether it holds the key of one value alone
 */
public record KeyRange(byte[] from, byte[] to, boolean point) {
    /** Behind every key and every id, for neither contains FF in front. */
    static final byte[] INFINITY = {(byte) 0xFF};

    /** All ids and keys. */
    public static final KeyRange ALL = new KeyRange(new byte[0], INFINITY, false);

    static KeyRange point(byte[] key) {
        return new KeyRange(key, OrderedKey.behindPrefix(key).orElse(INFINITY), true);
    }

    boolean isEmpty() {
        return Arrays.compareUnsigned(from, to) >= 0;
    }

    public boolean contains(byte[] key) {
        return Arrays.compareUnsigned(from, key) <= 0 && Arrays.compareUnsigned(key, to) < 0;
    }

    /** The range of the same values' descending keys. */
    KeyRange descending() {
        // What begins with a bound's bytes is behind the bound; complemented it is still behind, so the complement's
        // place is behind its prefix.
        byte[] first = OrderedKey.behindPrefix(OrderedKey.complement(to)).orElse(INFINITY);
        byte[] last = OrderedKey.behindPrefix(OrderedKey.complement(from)).orElse(INFINITY);
        return point ? point(OrderedKey.complement(from)) : new KeyRange(first, last, false);
    }

    KeyRange behind(byte[] prefix) {
        return new KeyRange(concatenate(prefix, from), concatenate(prefix, to), point);
    }

    static byte[] concatenate(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    static byte[] larger(byte[] left, byte[] right) {
        return Arrays.compareUnsigned(left, right) < 0 ? right : left;
    }

    static byte[] smaller(byte[] left, byte[] right) {
        return Arrays.compareUnsigned(left, right) < 0 ? left : right;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyRange range
                && Arrays.equals(from, range.from)
                && Arrays.equals(to, range.to)
                && point == range.point;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(from) + Arrays.hashCode(to);
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return "[" + hex.formatHex(from) + ", " + hex.formatHex(to) + ")";
    }
}
