package io.patchbay.engine.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The code that makes the first admin: 128 random bits, kept in a file of the owner's until there is an admin. Any thread. */
final class FirstAdminCode {
    private static final int BYTES = 16;

    private final Path file;
    private final SecureRandom random = new SecureRandom();

    FirstAdminCode(Path file) {
        this.file = file;
    }

    /** The same until it is spent, over restarts too: a link that was copied stays good. */
    synchronized String get() {
        try {
            return SecretFile.readOrCreate(file, this::fresh);
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The file of the first admin's code, " + file + ", can't be used.", e);
        }
    }

    /** The time does not tell how near {@code code} came. */
    boolean matches(String code) {
        return MessageDigest.isEqual(get().getBytes(StandardCharsets.UTF_8), code.getBytes(StandardCharsets.UTF_8));
    }

    /** It is worth nothing any more; a file that can't be deleted is no harm, as an admin exists. */
    synchronized void spend() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }

    private String fresh() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
