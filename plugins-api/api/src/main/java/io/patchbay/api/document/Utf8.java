package io.patchbay.api.document;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
final class Utf8 {
    private Utf8() {}

    /** The text, or nothing if the bytes are not valid. */
    static Optional<String> find(byte[] bytes, int offset, int length) {
        String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
        // The constructor puts U+FFFD for what is invalid, and is several times faster than a reporting decoder; so
        // only a text that has one is checked.
        if (text.indexOf('\uFFFD') >= 0 && !isValid(bytes, offset, length)) {
            return Optional.empty();
        }
        return Optional.of(text);
    }

    static boolean isValid(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int start = offset;
        while (start < end && bytes[start] >= 0) {
            start++;
        }
        return start == end || decodes(ByteBuffer.wrap(bytes, start, end - start));
    }

    private static boolean decodes(ByteBuffer bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer discarded = CharBuffer.allocate(1024);
        try {
            while (true) {
                CoderResult result = decoder.decode(bytes, discarded, true);
                if (result.isError()) {
                    result.throwException();
                }
                if (result.isUnderflow()) {
                    return true;
                }
                discarded.clear();
            }
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
