package io.patchbay.auth.password;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/**
 * What makes a password: its length alone, as NIST SP 800-63B has it. No rule asks for kinds of characters. It is normalised (NFC), so that the same password typed on another keyboard gives
 * the same bytes.
 */
final class PasswordRules {
    static final int LEAST_CHARACTERS = 8;
    static final int MOST_BYTES = 1024;

    private PasswordRules() {}

    /** @throws PatchbayException VALUE_INVALID with the rule that is broken */
    static void require(String password) {
        if (password.codePointCount(0, password.length()) < LEAST_CHARACTERS) {
            throw new PatchbayException(
                    ErrorCode.VALUE_INVALID, "A password needs at least " + LEAST_CHARACTERS + " characters.");
        }
        if (isTooLong(password)) {
            throw new PatchbayException(
                    ErrorCode.VALUE_INVALID, "A password may have at most " + MOST_BYTES + " bytes of UTF-8.");
        }
    }

    /** Asked before anything is done with what a stranger sent. */
    static boolean isTooLong(String password) {
        return password.length() > MOST_BYTES || bytes(password).length > MOST_BYTES;
    }

    /** What is hashed. */
    static byte[] bytes(String password) {
        return Normalizer.normalize(password, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8);
    }
}
