package io.patchbay.engine.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.crypto.Secrets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The code that makes the first admin: 128 random bits, kept sealed until there is an admin. Any thread. */
final class FirstAdminCode {
    private static final String NAME = "first-admin";
    private static final int BYTES = 16;

    private final Secrets secrets;
    private final SecureRandom random = new SecureRandom();

    FirstAdminCode(Secrets secrets) {
        this.secrets = secrets;
    }

    /** The same until it is spent, over restarts too: a link that was copied stays good. */
    String get() {
        return new String(secrets.findOrPut(NAME, this::fresh), US_ASCII);
    }

    /** The time does not tell how near {@code code} came. */
    boolean matches(String code) {
        return MessageDigest.isEqual(get().getBytes(UTF_8), code.getBytes(UTF_8));
    }

    /** It is worth nothing any more. */
    void spend() {
        secrets.delete(NAME);
    }

    private byte[] fresh() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes).getBytes(US_ASCII);
    }
}
