package io.patchbay.api.kv;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.nio.charset.StandardCharsets;

/**
 * What a key may be: 1 to 1024 bytes of UTF-8 without control characters. It may have slashes; a part between them that is {@code .} or {@code ..} is refused, since a browser takes those out of an address.
 */
public final class KeyNames {
    private KeyNames() {}

    /** @throws PatchbayException KEY_INVALID */
    public static String require(String key) {
        if (key.isEmpty() || !isText(key, Limits.KEY_BYTES)) {
            throw PatchbayException.beyond(
                    "key_bytes",
                    ErrorCode.KEY_INVALID,
                    "A key is 1 to " + Limits.KEY_BYTES + " bytes of UTF-8 without control characters.");
        }
        for (String part : key.split("/", -1)) {
            if (part.equals(".") || part.equals("..")) {
                throw new PatchbayException(
                        ErrorCode.KEY_INVALID,
                        "A key has no part '.' or '..' between its slashes: no address on the web can name it.");
            }
        }
        return key;
    }

    /**
     * A bound of a range, or a prefix: it need not be a key, and may be empty.
     *
     * @throws PatchbayException KEY_INVALID
     */
    public static String requireBound(String bound) {
        if (!isText(bound, Limits.KEY_BYTES)) {
            throw PatchbayException.beyond(
                    "key_bytes",
                    ErrorCode.KEY_INVALID,
                    "A prefix or a bound of keys is at most " + Limits.KEY_BYTES
                            + " bytes of UTF-8 without control characters.");
        }
        return bound;
    }

    private static boolean isText(String text, int maxBytes) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return false;
            }
        }
        return text.length() <= maxBytes
                && text.getBytes(StandardCharsets.UTF_8).length <= maxBytes
                // A lone surrogate is none of UTF-8.
                && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
