package io.patchbay.engine.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.util.Set;

/** What may be the name of an account: what a person can read and type, without what looks like nothing. */
final class AccountName {
    private static final Set<String> RESERVED = Set.of("anonymous", "system");

    private AccountName() {}

    /** @throws PatchbayException NAME_INVALID */
    static String require(String name) {
        if (!isValid(name)) {
            throw PatchbayException.beyond(
                    "name_chars",
                    ErrorCode.NAME_INVALID,
                    "A user's name is 1 to " + Limits.NAME_CHARS
                            + " visible characters without space at either end, and not 'anonymous' or 'system'.");
        }
        return name;
    }

    static boolean isValid(String name) {
        return !name.isEmpty()
                && name.length() <= Limits.NAME_CHARS
                && name.equals(name.strip())
                && name.codePoints().allMatch(AccountName::isVisible)
                && !RESERVED.contains(name);
    }

    private static boolean isVisible(int character) {
        int type = Character.getType(character);
        return type != Character.CONTROL
                && type != Character.FORMAT
                && type != Character.SURROGATE
                && type != Character.PRIVATE_USE
                && type != Character.UNASSIGNED
                && type != Character.LINE_SEPARATOR
                && type != Character.PARAGRAPH_SEPARATOR;
    }
}
