package io.patchbay.engine.keys;

import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM (NIST SP 800-38D) as the JDK has it: the one place of the node that encrypts. Nonces of 12 bytes, tags of 16 behind the ciphertext. A nonce must never come twice under one key: whoever
 * calls sees to that. Any thread.
 */
final class Aead {
    static final int KEY_BYTES = 32;
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;

    private static final String ALGORITHM = "AES/GCM/NoPadding";

    /** Each is made once and initialised for every use: making one costs as much as sealing a small record. */
    private static final Queue<Cipher> IDLE = new ConcurrentLinkedQueue<>();

    private Aead() {}

    /** @param context what is authenticated beside it and not kept: it must be the same to open */
    static byte[] seal(byte[] key, byte[] nonce, byte[] context, byte[] plain) {
        try {
            return run(Cipher.ENCRYPT_MODE, key, nonce, context, plain);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no " + ALGORITHM, e);
        }
    }

    /** Empty if it was not sealed so: another key, nonce or context, or changed by so much as a bit. */
    static Optional<byte[]> open(byte[] key, byte[] nonce, byte[] context, byte[] sealed) {
        if (sealed.length < TAG_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(run(Cipher.DECRYPT_MODE, key, nonce, context, sealed));
        } catch (AEADBadTagException forged) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no " + ALGORITHM, e);
        }
    }

    private static byte[] run(int mode, byte[] key, byte[] nonce, byte[] context, byte[] text)
            throws GeneralSecurityException {
        if (key.length != KEY_BYTES || nonce.length != NONCE_BYTES) {
            throw new IllegalArgumentException("A key has " + KEY_BYTES + " bytes and a nonce " + NONCE_BYTES);
        }
        Cipher idle = IDLE.poll();
        Cipher cipher = idle == null ? Cipher.getInstance(ALGORITHM) : idle;
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(8 * TAG_BYTES, nonce));
        cipher.updateAAD(context);
        byte[] done = cipher.doFinal(text);
        // One that has failed is not kept.
        IDLE.add(cipher);
        return done;
    }
}
