package io.patchbay.engine.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.engine.keys.Keyring.DataKey;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * One thing sealed by itself: {@code version(1) | data key(4) | salt(32) | commitment(16) | ciphertext and tag}.
 *
 * <p>Each has a key of its own, derived from the data key with a fresh salt, under which one nonce is used once. So nonces can't repeat, not after a restored backup nor on a copied machine. The
 * commitment is derived beside it: a ciphertext that opens under two keys is refused.
 */
final class SealedText {
    private static final byte VERSION = 1;
    private static final int SALT_BYTES = 32;
    private static final int COMMITMENT_BYTES = 16;
    private static final int HEAD_BYTES = 1 + Integer.BYTES + SALT_BYTES + COMMITMENT_BYTES;
    private static final byte[] FIRST_NONCE = new byte[Aead.NONCE_BYTES];
    private static final byte[] PURPOSE = "patchbay secret".getBytes(UTF_8);

    private SealedText() {}

    /** @param context what it is, such as its name: as something else it does not open */
    static byte[] seal(DataKey key, String context, byte[] plain) {
        byte[] salt = Keyring.random(SALT_BYTES);
        byte[] derived = derive(key, salt);
        byte[] head = ByteBuffer.allocate(HEAD_BYTES)
                .put(VERSION)
                .putInt(key.number())
                .put(salt)
                .put(derived, Aead.KEY_BYTES, COMMITMENT_BYTES)
                .array();
        byte[] sealed = Aead.seal(Arrays.copyOf(derived, Aead.KEY_BYTES), FIRST_NONCE, context(head, context), plain);
        return Keyring.join(head, sealed);
    }

    /** Empty if it does not open: changed, cut off, another's, or under a key that is not there. */
    static Optional<byte[]> open(Keyring keyring, String context, byte[] sealed) {
        if (sealed.length < HEAD_BYTES || sealed[0] != VERSION) {
            return Optional.empty();
        }
        byte[] head = Arrays.copyOf(sealed, HEAD_BYTES);
        byte[] salt = Arrays.copyOfRange(head, 1 + Integer.BYTES, 1 + Integer.BYTES + SALT_BYTES);
        byte[] commitment = Arrays.copyOfRange(head, HEAD_BYTES - COMMITMENT_BYTES, HEAD_BYTES);
        return keyring.find(keyNumber(sealed)).flatMap(key -> {
            byte[] derived = derive(key, salt);
            boolean committed = MessageDigest.isEqual(
                    commitment, Arrays.copyOfRange(derived, Aead.KEY_BYTES, Aead.KEY_BYTES + COMMITMENT_BYTES));
            return committed
                    ? Aead.open(
                            Arrays.copyOf(derived, Aead.KEY_BYTES),
                            FIRST_NONCE,
                            context(head, context),
                            Arrays.copyOfRange(sealed, HEAD_BYTES, sealed.length))
                    : Optional.empty();
        });
    }

    /** Of the data key that it says it was sealed under; 0 if it says none. */
    static int keyNumber(byte[] sealed) {
        return sealed.length < HEAD_BYTES
                ? 0
                : ByteBuffer.wrap(sealed, 1, Integer.BYTES).getInt();
    }

    private static byte[] derive(DataKey key, byte[] salt) {
        return Hkdf.derive(key.bytes(), salt, PURPOSE, Aead.KEY_BYTES + COMMITMENT_BYTES);
    }

    private static byte[] context(byte[] head, String context) {
        return Keyring.join(head, context.getBytes(UTF_8));
    }
}
