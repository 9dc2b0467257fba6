package io.patchbay.protocol.rest;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Pieces of the caller's text in ours. */
final class Text {
    private static final int SHORTENED_CHARS = 64;

    private Text() {}

    static String shortened(String text) {
        return text.codePointCount(0, text.length()) <= SHORTENED_CHARS
                ? text
                : text.substring(0, text.offsetByCodePoints(0, SHORTENED_CHARS)) + "…";
    }

    /** Percent-encoded, as one segment of a path. */
    static String segment(String text) {
        return isUnreserved(text) ? text : encoded(text);
    }

    /** As nearly every name and id is. */
    private static boolean isUnreserved(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
