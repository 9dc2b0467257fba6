package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Puts the pieces of one message together. One call at a time. */
final class MessageAssembly {
    private static final byte[] NOTHING = {};
    private static final int FIRST_BYTES = 4 << 10;

    private byte[] bytes = NOTHING;
    private int length;
    private boolean begun;

    /** @throws PatchbayException TOO_LARGE beyond {@link Limits#FRAME_BYTES} */
    void add(ByteBuffer piece) {
        begun = true;
        int more = piece.remaining();
        if (length + (long) more > Limits.FRAME_BYTES) {
            throw PatchbayException.beyond(
                    "frame_bytes", ErrorCode.TOO_LARGE, "A message may have at most " + Limits.FRAME_BYTES + " bytes.");
        }
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(
                    bytes,
                    Math.min(Limits.FRAME_BYTES, Math.max(Math.max(FIRST_BYTES, 2 * bytes.length), length + more)));
        }
        piece.get(bytes, length, more);
        length += more;
    }

    /** The message that ends with {@code last}, without copying if it is the only piece; the memory is let go. */
    ByteBuffer finish(ByteBuffer last) {
        if (length == 0 && last.remaining() <= Limits.FRAME_BYTES) {
            begun = false;
            return last;
        }
        add(last);
        ByteBuffer whole = ByteBuffer.wrap(bytes, 0, length);
        clear();
        return whole;
    }

    void clear() {
        bytes = NOTHING;
        length = 0;
        begun = false;
    }

    /** Whether pieces have come, even empty ones, but not the last. */
    boolean hasBegun() {
        return begun;
    }

    /** What has come. */
    byte[] bytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** @throws PatchbayException MALFORMED if it is not UTF-8, as RFC 6455 asks for text */
    static void requireUtf8(ByteBuffer text) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(text.duplicate());
        } catch (CharacterCodingException e) {
            throw new PatchbayException(ErrorCode.MALFORMED, "A text message must be UTF-8.", e);
        }
    }
}
