package io.patchbay.store.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where an entry stands: its bucket, and the name of its key, which is the key itself or what stands for it.
 *
 * @param inClear whether the name is the key
 * @param name UTF-8 if it is the key
 */
record Place(long bucket, boolean inClear, byte[] name) {
    /** Behind whatever begins with a bucket, or a time and a bucket. */
    private static final byte[] END = new byte[64];

    static {
        Arrays.fill(END, (byte) 0xFF);
    }

    /** In the order of buckets and names. */
    byte[] bytes() {
        return bytes(bucket, name);
    }

    static byte[] bytes(long bucket, byte[] name) {
        return ByteBuffer.allocate(Long.BYTES + name.length)
                .putLong(ordered(bucket))
                .put(name)
                .array();
    }

    /** Where the expiry of an entry stands: in the order of times. */
    byte[] expiry(long expiresAtMs) {
        return ByteBuffer.allocate(2 * Long.BYTES + name.length)
                .putLong(ordered(expiresAtMs))
                .putLong(ordered(bucket))
                .put(name)
                .array();
    }

    /** Behind all of a bucket. */
    static byte[] end(long bucket) {
        return bucket == Long.MAX_VALUE ? END.clone() : bytes(bucket + 1, new byte[0]);
    }

    static byte[] end() {
        return END.clone();
    }

    static long bucketOf(byte[] bytes) {
        return ordered(ByteBuffer.wrap(bytes).getLong());
    }

    static byte[] nameOf(byte[] bytes) {
        return Arrays.copyOfRange(bytes, Long.BYTES, bytes.length);
    }

    static long timeOf(byte[] expiry) {
        return ordered(ByteBuffer.wrap(expiry).getLong());
    }

    /** The bucket and the name of an expiry, as {@link #bytes} has them. */
    static byte[] ofExpiry(byte[] expiry) {
        return Arrays.copyOfRange(expiry, Long.BYTES, expiry.length);
    }

    static String text(byte[] key) {
        return new String(key, UTF_8);
    }

    /** Of which the bytes have the order of the numbers; its own reverse. */
    private static long ordered(long number) {
        return number ^ Long.MIN_VALUE;
    }
}
