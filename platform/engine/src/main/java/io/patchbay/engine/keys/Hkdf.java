package io.patchbay.engine.keys;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 (RFC 5869), which the JDK has only since 24, and the HMAC below it. Any thread. */
final class Hkdf {
    private static final String HMAC = "HmacSHA256";
    private static final int HASH_BYTES = 32;
    private static final int LONGEST = 255 * HASH_BYTES;

    private Hkdf() {}

    /**
     * @param salt empty for none
     * @param info what the derived key is for
     * @param length in bytes, at most 8160
     */
    static byte[] derive(byte[] key, byte[] salt, byte[] info, int length) {
        if (length > LONGEST) {
            throw new IllegalArgumentException("HKDF derives at most " + LONGEST + " bytes");
        }
        try {
            Mac mac = hmac(salt.length == 0 ? new byte[HASH_BYTES] : salt);
            mac.init(new SecretKeySpec(mac.doFinal(key), HMAC));
            byte[] derived = new byte[length];
            byte[] block = new byte[0];
            for (int at = 0, number = 1; at < length; at += HASH_BYTES, number++) {
                mac.update(block);
                mac.update(info);
                mac.update((byte) number);
                block = mac.doFinal();
                System.arraycopy(block, 0, derived, at, Math.min(HASH_BYTES, length - at));
            }
            Arrays.fill(block, (byte) 0);
            return derived;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no " + HMAC, e);
        }
    }

    /** HMAC with SHA-256 (RFC 2104) under {@code key}; for one thread at a time, for as many messages as are wanted. */
    static Mac hmac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no " + HMAC, e);
        }
    }
}
