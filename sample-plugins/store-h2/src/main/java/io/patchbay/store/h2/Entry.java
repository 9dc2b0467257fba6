package io.patchbay.store.h2;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** An index's entry as a map's key: {@code key length | index number | key | id}, ordered by number, key and id. A bound has no id. */
final class Entry {
    private static final int KEY_START = Short.BYTES + Long.BYTES;

    private Entry() {}

    static byte[] of(long number, byte[] key, byte[] id) {
        return ByteBuffer.allocate(KEY_START + key.length + id.length)
                .putShort((short) key.length)
                .putLong(number ^ Long.MIN_VALUE)
                .put(key)
                .put(id)
                .array();
    }

    /** Before every entry with {@code key}. */
    static byte[] before(long number, byte[] key) {
        return of(number, key, Bytes.NONE);
    }

    static long number(byte[] entry) {
        return ByteBuffer.wrap(entry).getLong(Short.BYTES) ^ Long.MIN_VALUE;
    }

    static byte[] key(byte[] entry) {
        return Arrays.copyOfRange(entry, KEY_START, keyEnd(entry));
    }

    static byte[] id(byte[] entry) {
        return Bytes.from(entry, keyEnd(entry));
    }

    // Not as one run of bytes: a key that continues another would mix with that one's ids.
    static int compare(byte[] left, byte[] right) {
        int byKey = Arrays.compareUnsigned(left, Short.BYTES, keyEnd(left), right, Short.BYTES, keyEnd(right));
        return byKey != 0
                ? byKey
                : Arrays.compareUnsigned(left, keyEnd(left), left.length, right, keyEnd(right), right.length);
    }

    private static int keyEnd(byte[] entry) {
        return KEY_START + ByteBuffer.wrap(entry).getShort();
    }
}
