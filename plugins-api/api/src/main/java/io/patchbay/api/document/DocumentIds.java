package io.patchbay.api.document;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.UUID;

/**
 * Document ids: UUIDv7 (RFC 9562) where the server chooses, 1 to 256 bytes of UTF-8 without control characters where the client does.
 *
 * <p>The ids {@code .} and {@code ..} are none: a browser takes them out of an address, percent-encoded or not, and what it asks for then is something else.
 */
public final class DocumentIds {
    private static final SecureRandom RANDOM = new SecureRandom();

    private DocumentIds() {}

    /** @param nowMs milliseconds since the epoch; ids made later sort later, to the millisecond */
    public static String next(long nowMs) {
        long random = RANDOM.nextLong();
        long high = (nowMs << 16) | 0x7000 | (random & 0x0FFF);
        long low = (RANDOM.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    /** @throws PatchbayException ID_INVALID */
    public static String require(String id) {
        if (id.isEmpty() || hasControl(id) || id.getBytes(StandardCharsets.UTF_8).length > Limits.ID_BYTES) {
            throw PatchbayException.beyond(
                    "id_bytes",
                    ErrorCode.ID_INVALID,
                    "A document id is 1 to " + Limits.ID_BYTES + " bytes of UTF-8 without control characters.");
        }
        if (id.equals(".") || id.equals("..")) {
            throw new PatchbayException(
                    ErrorCode.ID_INVALID, "'.' and '..' are no document ids: no address on the web can name them.");
        }
        Value.Text.requireNoLoneSurrogate(id);
        return id;
    }

    private static boolean hasControl(String id) {
        for (int i = 0; i < id.length(); i++) {
            if (Character.isISOControl(id.charAt(i))) {
                return true;
            }
        }
        return false;
    }
}
