package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Percent-decoding (RFC 3986), strictly: what isn't hexadecimal or not UTF-8 is MALFORMED. {@link java.net.URLDecoder} would let bad UTF-8 through as U+FFFD. */
final class Percent {
    private Percent() {}

    static String decodeSegment(String raw) {
        return decode(raw, false);
    }

    /** By name, every value in order; {@code +} is a space. */
    static Map<String, List<String>> decodeQuery(String query) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        int count = 0;
        for (String pair : query.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            if (++count > HttpLimits.QUERY_PARAMETERS) {
                throw PatchbayException.beyond(
                        "query_parameters",
                        ErrorCode.LIMIT_EXCEEDED,
                        "A query has at most " + HttpLimits.QUERY_PARAMETERS + " parameters.");
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals), true);
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1), true);
            values.computeIfAbsent(name, first -> new ArrayList<>(1)).add(value);
        }
        return values;
    }

    private static String decode(String raw, boolean plusIsSpace) {
        if (raw.indexOf('%') < 0 && isAscii(raw)) {
            return plusIsSpace ? raw.replace('+', ' ') : raw;
        }
        byte[] in = raw.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(in.length);
        for (int i = 0; i < in.length; i++) {
            if (in[i] == '%') {
                int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
                int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw new PatchbayException(
                            ErrorCode.MALFORMED, "The address has a % that two hexadecimal digits don't follow.");
                }
                out.put((byte) (high << 4 | low));
                i += 2;
            } else {
                out.put(plusIsSpace && in[i] == '+' ? (byte) ' ' : in[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(out.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new PatchbayException(
                    ErrorCode.MALFORMED, "The address is not UTF-8 once its percent signs are decoded.", e);
        }
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 128) {
                return false;
            }
        }
        return true;
    }
}
