package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentIds;
import io.patchbay.api.query.SeekKey;
import io.patchbay.api.query.SortField;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A place in a list as an opaque text: the keys and the id behind which the next page begins, and a fingerprint of the collection, filter and sort it belongs to.
 * It says nothing of the store, so it stays good when another store takes over.
 */
final class Cursor {
    private static final byte VERSION = 1;
    private static final int MAX_CHARS = 64 << 10;

    private Cursor() {}

    static String write(SeekKey place, long fingerprint) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(fingerprint);
            out.writeByte(place.keys().size());
            for (byte[] key : place.keys()) {
                out.writeInt(key.length);
                out.write(key);
            }
            out.write(place.id().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    /** @throws PatchbayException CURSOR_INVALID if it is none, or one of another query */
    static SeekKey read(String text, long fingerprint, int sortFields) {
        if (text.length() > MAX_CHARS) {
            throw invalid();
        }
        try {
            ByteBuffer in = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            if (in.get() != VERSION || in.getLong() != fingerprint || in.get() != sortFields) {
                throw invalid();
            }
            List<byte[]> keys = new ArrayList<>(sortFields);
            for (int i = 0; i < sortFields; i++) {
                int length = in.getInt();
                if (length < 0 || length > in.remaining()) {
                    throw invalid();
                }
                byte[] key = new byte[length];
                in.get(key);
                keys.add(key);
            }
            return new SeekKey(
                    keys,
                    DocumentIds.require(
                            StandardCharsets.UTF_8.newDecoder().decode(in).toString()));
        } catch (IllegalArgumentException | BufferUnderflowException | java.nio.charset.CharacterCodingException e) {
            throw invalid();
        } catch (PatchbayException e) {
            throw invalid();
        }
    }

    /** Whether keys fit in a cursor; else the list can't be paged beyond this document. */
    static boolean fits(SeekKey place) {
        int bytes = 16 + Limits.ID_BYTES;
        for (byte[] key : place.keys()) {
            bytes += key.length + 4;
        }
        return bytes < MAX_CHARS / 4 * 3;
    }

    static long fingerprint(long collection, Optional<String> filter, List<SortField> sort) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(ByteBuffer.allocate(8).putLong(0, collection));
            sha256.update(filter.orElse("").getBytes(StandardCharsets.UTF_8));
            sha256.update((byte) 0);
            sha256.update(sort.toString().getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(sha256.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static PatchbayException invalid() {
        return new PatchbayException(
                ErrorCode.CURSOR_INVALID,
                "That cursor is none of this query's; use the one that its last page gave, with the same filter and sort.");
    }
}
