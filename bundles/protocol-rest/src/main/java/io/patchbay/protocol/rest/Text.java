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
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
