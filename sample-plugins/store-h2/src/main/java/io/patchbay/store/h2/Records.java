package io.patchbay.store.h2;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Change;
import io.patchbay.api.query.OrderedKey;
import java.nio.ByteBuffer;
import java.util.Optional;

/** How documents, changes and outcomes stand in keys and values. */
final class Records {
    private static final int DOCUMENT_HEAD = 2 * Long.BYTES;
    private static final int CHANGE_HEAD = 3 * Long.BYTES + Short.BYTES + 1;

    private Records() {}

    static byte[] documentKey(long collection, String id) {
        return Bytes.key(collection, id);
    }

    static byte[] document(StoredDocument document) {
        byte[] body = document.body();
        return ByteBuffer.allocate(DOCUMENT_HEAD + body.length)
                .putLong(document.revision())
                .putLong(document.updatedAtMs())
                .put(body)
                .array();
    }

    static StoredDocument document(byte[] key, byte[] value) {
        ByteBuffer head = ByteBuffer.wrap(value);
        long revision = head.getLong();
        long updatedAtMs = head.getLong();
        return new StoredDocument(Bytes.number(key), id(key), revision, updatedAtMs, Bytes.from(value, DOCUMENT_HEAD));
    }

    private static String id(byte[] documentKey) {
        return new String(documentKey, Long.BYTES, documentKey.length - Long.BYTES, UTF_8);
    }

    static byte[] changeKey(long offset, int index) {
        return ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                .putLong(offset ^ Long.MIN_VALUE)
                .putInt(index)
                .array();
    }

    static byte[] change(Change change) {
        byte[] id = change.id().getBytes(UTF_8);
        byte[] body = change.document().map(StoredDocument::body).orElse(Bytes.NONE);
        return ByteBuffer.allocate(CHANGE_HEAD + id.length + body.length)
                .putLong(change.collection())
                .putLong(change.committedAtMs())
                .putLong(change.document().map(StoredDocument::updatedAtMs).orElse(0L))
                .put((byte) (change.deletes() ? 1 : 0))
                .putShort((short) id.length)
                .put(id)
                .put(body)
                .array();
    }

    static Change change(byte[] key, byte[] value) {
        long offset = Bytes.number(key);
        int index = ByteBuffer.wrap(key, Long.BYTES, Integer.BYTES).getInt();
        ByteBuffer in = ByteBuffer.wrap(value);
        long collection = in.getLong();
        long committedAtMs = in.getLong();
        long updatedAtMs = in.getLong();
        boolean deletes = in.get() == 1;
        byte[] id = new byte[in.getShort()];
        in.get(id);
        byte[] body = new byte[in.remaining()];
        in.get(body);
        String text = new String(id, UTF_8);
        Optional<StoredDocument> document = deletes
                ? Optional.empty()
                : Optional.of(new StoredDocument(collection, text, offset, updatedAtMs, body));
        return new Change(offset, index, collection, text, committedAtMs, document);
    }

    /** Ordered by identity, then key. */
    static byte[] outcomeKey(String identity, String key) {
        byte[] first = OrderedKey.of(Optional.of(Value.of(identity)), false);
        byte[] second = key.getBytes(UTF_8);
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    static byte[] outcome(Outcome outcome) {
        byte[] identity = outcome.identity().getBytes(UTF_8);
        byte[] key = outcome.key().getBytes(UTF_8);
        int length = Long.BYTES
                + 3 * Integer.BYTES
                + identity.length
                + key.length
                + outcome.requestHash().length
                + outcome.result().length;
        ByteBuffer out = ByteBuffer.allocate(length).putLong(outcome.expiresAtMs());
        for (byte[] part : new byte[][] {identity, key, outcome.requestHash()}) {
            out.putInt(part.length).put(part);
        }
        return out.put(outcome.result()).array();
    }

    static Outcome outcome(byte[] value) {
        ByteBuffer in = ByteBuffer.wrap(value);
        long expiresAtMs = in.getLong();
        String identity = new String(part(in, in.getInt()), UTF_8);
        String key = new String(part(in, in.getInt()), UTF_8);
        byte[] requestHash = part(in, in.getInt());
        return new Outcome(identity, key, requestHash, part(in, in.remaining()), expiresAtMs);
    }

    private static byte[] part(ByteBuffer in, int length) {
        byte[] part = new byte[length];
        in.get(part);
        return part;
    }
}
