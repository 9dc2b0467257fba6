package io.patchbay.cli;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Which ids have come, 16 bytes for each: it holds 64 bits of a hash. Two ids that share them are taken for one, which among ten million happens once in 300,000 files. Used by one thread.
 */
final class IdSet {
    private static final int INITIAL = 1 << 12;
    private static final double FULL = 0.6;

    private final MessageDigest digest;
    // Open addressing; 0 is an empty place.
    private long[] places = new long[INITIAL];
    private int size;

    IdSet() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** Whether it is new. */
    boolean add(String id) {
        if (size > places.length * FULL) {
            grow();
        }
        long hash = ByteBuffer.wrap(digest.digest(id.getBytes(StandardCharsets.UTF_8)))
                .getLong();
        boolean added = put(places, hash == 0 ? 1 : hash);
        size += added ? 1 : 0;
        return added;
    }

    private void grow() {
        long[] larger = new long[places.length * 2];
        for (long hash : places) {
            if (hash != 0) {
                put(larger, hash);
            }
        }
        places = larger;
    }

    private static boolean put(long[] places, long hash) {
        int mask = places.length - 1;
        int place = (int) hash & mask;
        while (places[place] != 0) {
            if (places[place] == hash) {
                return false;
            }
            place = (place + 1) & mask;
        }
        places[place] = hash;
        return true;
    }
}
