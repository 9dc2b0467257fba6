package io.patchbay.engine.keyvalue;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyNames;
import io.patchbay.api.kv.KeyValueListRequest;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;

/** The key behind which the next page begins, as an opaque text, with a fingerprint of the request that it belongs to. It stays good when another store takes over. */
final class KeyCursor {
    private static final byte VERSION = 1;
    private static final int MAX_CHARS = 4096;

    private KeyCursor() {}

    static String write(String key, long bucket, KeyValueListRequest request) {
        byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(5 + utf8.length)
                .put(VERSION)
                .putInt(fingerprint(bucket, request))
                .put(utf8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /** @throws PatchbayException CURSOR_INVALID if it is none, or one of another request */
    static String read(String text, long bucket, KeyValueListRequest request) {
        if (text.length() > MAX_CHARS) {
            throw invalid();
        }
        try {
            ByteBuffer in = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            if (in.get() != VERSION || in.getInt() != fingerprint(bucket, request)) {
                throw invalid();
            }
            return KeyNames.require(
                    StandardCharsets.UTF_8.newDecoder().decode(in).toString());
        } catch (IllegalArgumentException | BufferUnderflowException | CharacterCodingException e) {
            throw invalid();
        } catch (PatchbayException e) {
            throw invalid();
        }
    }

    private static int fingerprint(long bucket, KeyValueListRequest request) {
        return Objects.hash(bucket, request.prefix(), request.start(), request.end());
    }

    private static PatchbayException invalid() {
        return new PatchbayException(
                ErrorCode.CURSOR_INVALID,
                "That cursor is none of this list's; use the one that its last page gave, with the same bounds.");
    }
}
