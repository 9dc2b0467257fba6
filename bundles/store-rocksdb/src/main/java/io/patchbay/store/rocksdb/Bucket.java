package io.patchbay.store.rocksdb;

import java.nio.ByteBuffer;

/**
 * What the store notes about a bucket.
 *
 * @param plainKeys whether its keys may stand in clear
 * @param entries how many there are
 */
record Bucket(boolean plainKeys, long entries) {
    static final Bucket UNDEFINED = new Bucket(false, 0);

    private static final int BYTES = 1 + Long.BYTES;

    Bucket plus(long more) {
        return new Bucket(plainKeys, entries + more);
    }

    byte[] bytes() {
        return ByteBuffer.allocate(BYTES)
                .put((byte) (plainKeys ? 1 : 0))
                .putLong(entries)
                .array();
    }

    static Bucket read(byte[] bytes) {
        ByteBuffer note = ByteBuffer.wrap(bytes);
        return new Bucket(note.get() == 1, note.getLong());
    }
}
