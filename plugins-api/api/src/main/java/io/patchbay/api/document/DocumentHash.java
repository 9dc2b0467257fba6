package io.patchbay.api.document;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The first 64 bits of SHA-256 over collection, id, revision and body: strong enough that a lost or changed document can't cancel out unseen. */
final class DocumentHash {
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(DocumentHash::sha256);

    private DocumentHash() {}

    static long of(StoredDocument document) {
        MessageDigest digest = SHA_256.get();
        digest.reset();
        byte[] id = document.id().getBytes(StandardCharsets.UTF_8);
        ByteBuffer head = ByteBuffer.allocate(20);
        head.putLong(document.collection()).putLong(document.revision()).putInt(id.length);
        digest.update(head.array());
        digest.update(id);
        digest.update(document.body());
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
