package io.patchbay.engine.auth;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A refresh token: 16 bytes that lead to its family and stay the same in all its descendants, and 32 secret bytes that work once.
 *
 * <p>The family's public id (it stands in every access token) is a hash of the first part, so nobody who merely saw an access token can pass for the holder of a spent refresh token and end the
 * family. Neither part is ever stored.
 */
final class RefreshToken {
    private static final int LOOKUP_BYTES = 16;
    private static final int SECRET_BYTES = 32;
    private static final int FAMILY_BYTES = 16;
    /** 48 bytes in Base64url: no padding and no bits left over, so there is one text per token. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{64}");

    private static final String MAC = "HmacSHA256";

    private final byte[] bytes;

    private RefreshToken(byte[] bytes) {
        this.bytes = bytes;
    }

    static RefreshToken random(SecureRandom random) {
        byte[] bytes = new byte[LOOKUP_BYTES + SECRET_BYTES];
        random.nextBytes(bytes);
        return new RefreshToken(bytes);
    }

    /** Empty if the text has not the form of one. */
    static Optional<RefreshToken> parse(String text) {
        return FORM.matcher(text).matches()
                ? Optional.of(new RefreshToken(Base64.getUrlDecoder().decode(text)))
                : Optional.empty();
    }

    /** What the client gets. */
    String text() {
        return base64(bytes);
    }

    /** The public id of its family. */
    String family() {
        MessageDigest sha256 = sha256();
        sha256.update((byte) 'f');
        sha256.update(bytes, 0, LOOKUP_BYTES);
        return base64(Arrays.copyOf(sha256.digest(), FAMILY_BYTES));
    }

    /** What is stored of it. */
    String hash() {
        MessageDigest sha256 = sha256();
        sha256.update((byte) 't');
        sha256.update(bytes);
        return base64(sha256.digest());
    }

    /** The one token that follows this one; the same whenever it is asked for, so a client whose answer was lost can ask again. */
    RefreshToken child(byte[] serverKey) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(serverKey, MAC));
            byte[] child = Arrays.copyOf(bytes, bytes.length);
            System.arraycopy(mac.doFinal(bytes), 0, child, LOOKUP_BYTES, SECRET_BYTES);
            return new RefreshToken(child);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + MAC, e);
        }
    }

    @Override
    public String toString() {
        return "refresh token of family " + family();
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
