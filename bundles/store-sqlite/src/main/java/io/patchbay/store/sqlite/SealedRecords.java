package io.patchbay.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.crypto.Sealer;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.StoredDocument;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Everything that users wrote is sealed: the ids, too, which a keyed hash stands for. What is left in clear are the numbers of collections, revisions, times and lengths.
 *
 * <p>Each record is sealed with its kind, its collection, its key and its revision, so that one which was moved or set back does not open. A document and the change that wrote it are the same bytes.
 */
final class SealedRecords implements RecordCodec {
    private static final byte DOCUMENT = 'D';
    private static final byte DELETION = 'X';
    private static final byte OUTCOME = 'O';
    private static final byte FIELDS = 'F';
    private static final byte CHECKSUM = 'C';
    /** More than an id, an identity or an idempotency key can have. */
    private static final int LONGEST_TEXT = 0xFFFF;

    private final Sealer sealer;
    // What the committer writes twice, as a document and as a change, is sealed once. The writer's.
    private @Nullable StoredDocument lastDocument;
    private byte[] lastWritten = new byte[0];

    // A write asks for its document's key several times.
    private volatile Key lastKey = new Key(0, "", new byte[0]);

    private record Key(long collection, String id, byte[] bytes) {}

    SealedRecords(Sealer sealer) {
        this.sealer = sealer;
    }

    @Override
    public byte[] key(long collection, String id) {
        Key last = lastKey;
        if (last.collection() == collection && last.id().equals(id) && last.bytes().length > 0) {
            return last.bytes();
        }
        byte[] bytes = lookup(collection, id);
        lastKey = new Key(collection, id, bytes);
        return bytes;
    }

    private byte[] lookup(long collection, String id) {
        byte[] text = id.getBytes(UTF_8);
        return sealer.lookup(ByteBuffer.allocate(1 + Long.BYTES + text.length)
                .put(DOCUMENT)
                .putLong(collection)
                .put(text)
                .array());
    }

    @Override
    public byte[] write(StoredDocument document, byte[] key) {
        if (document != lastDocument) {
            byte[] id = document.id().getBytes(UTF_8);
            byte[] plain = ByteBuffer.allocate(Short.BYTES + id.length + document.body().length)
                    .putShort((short) id.length)
                    .put(id)
                    .put(document.body())
                    .array();
            lastWritten = sealer.seal(
                    documentContext(document.collection(), key, document.revision(), document.updatedAtMs()), plain);
            lastDocument = document;
        }
        return lastWritten;
    }

    @Override
    public StoredDocument read(long collection, byte[] key, long revision, long updatedAtMs, byte[] written) {
        byte[] plain = sealer.open(documentContext(collection, key, revision, updatedAtMs), written)
                .orElseThrow(() -> damaged("a document of collection " + collection + " at revision " + revision));
        int idLength = Short.toUnsignedInt(ByteBuffer.wrap(plain).getShort());
        int body = Short.BYTES + idLength;
        return new StoredDocument(
                collection,
                new String(plain, Short.BYTES, idLength, UTF_8),
                revision,
                updatedAtMs,
                Arrays.copyOfRange(plain, body, plain.length));
    }

    private static byte[] documentContext(long collection, byte[] key, long revision, long updatedAtMs) {
        return ByteBuffer.allocate(1 + 3 * Long.BYTES + key.length)
                .put(DOCUMENT)
                .putLong(collection)
                .putLong(revision)
                .putLong(updatedAtMs)
                .put(key)
                .array();
    }

    @Override
    public byte[] writeDeletion(long collection, String id, byte[] key, long offset) {
        return sealer.seal(context(DELETION, collection, offset, key), id.getBytes(UTF_8));
    }

    @Override
    public String readDeletion(long collection, byte[] key, long offset, byte @Nullable [] written) {
        byte[] sealed = written == null ? new byte[0] : written;
        return new String(
                sealer.open(context(DELETION, collection, offset, key), sealed)
                        .orElseThrow(() -> damaged("the change at " + offset)),
                UTF_8);
    }

    @Override
    public Object writeFields(long collection, String fields) {
        return sealer.seal(context(FIELDS, collection, 0, new byte[0]), fields.getBytes(UTF_8));
    }

    @Override
    public String readFields(long collection, byte[] written) {
        return new String(
                sealer.open(context(FIELDS, collection, 0, new byte[0]), written)
                        .orElseThrow(() -> damaged("the definition of an index of collection " + collection)),
                UTF_8);
    }

    @Override
    public Object writeChecksum(long checksum, long lastOffset) {
        byte[] plain = ByteBuffer.allocate(Long.BYTES).putLong(checksum).array();
        return sealer.seal(context(CHECKSUM, 0, lastOffset, new byte[0]), plain);
    }

    @Override
    public long readChecksum(byte[] written, long lastOffset) {
        byte[] plain = sealer.open(context(CHECKSUM, 0, lastOffset, new byte[0]), written)
                .orElseThrow(() -> damaged("the checksum over all documents"));
        return ByteBuffer.wrap(plain).getLong();
    }

    byte[] outcomeKey(String identity, String key) {
        byte[] name = identity.getBytes(UTF_8);
        byte[] text = key.getBytes(UTF_8);
        return sealer.lookup(ByteBuffer.allocate(1 + Integer.BYTES + name.length + text.length)
                .put(OUTCOME)
                .putInt(name.length)
                .put(name)
                .put(text)
                .array());
    }

    byte[] write(Outcome outcome, byte[] outcomeKey) {
        byte[] identity = outcome.identity().getBytes(UTF_8);
        byte[] key = outcome.key().getBytes(UTF_8);
        int size =
                3 * Short.BYTES + identity.length + key.length + outcome.requestHash().length + outcome.result().length;
        ByteBuffer plain = ByteBuffer.allocate(size);
        for (byte[] part : new byte[][] {identity, key, outcome.requestHash()}) {
            if (part.length > LONGEST_TEXT) {
                throw new IllegalArgumentException("a part of an outcome takes at most " + LONGEST_TEXT + " bytes");
            }
            plain.putShort((short) part.length).put(part);
        }
        plain.put(outcome.result());
        return sealer.seal(context(OUTCOME, 0, outcome.expiresAtMs(), outcomeKey), plain.array());
    }

    Outcome readOutcome(byte[] outcomeKey, long expiresAtMs, byte[] written) {
        ByteBuffer plain = ByteBuffer.wrap(sealer.open(context(OUTCOME, 0, expiresAtMs, outcomeKey), written)
                .orElseThrow(() -> damaged("the outcome of a request")));
        String identity = new String(part(plain), UTF_8);
        String key = new String(part(plain), UTF_8);
        byte[] hash = part(plain);
        byte[] result = new byte[plain.remaining()];
        plain.get(result);
        return new Outcome(identity, key, hash, result, expiresAtMs);
    }

    private static byte[] part(ByteBuffer plain) {
        byte[] part = new byte[Short.toUnsignedInt(plain.getShort())];
        plain.get(part);
        return part;
    }

    private static byte[] context(byte kind, long collection, long number, byte[] key) {
        return ByteBuffer.allocate(1 + 2 * Long.BYTES + key.length)
                .put(kind)
                .putLong(collection)
                .putLong(number)
                .put(key)
                .array();
    }

    private static PatchbayException damaged(String what) {
        return new PatchbayException(
                ErrorCode.DATA_DAMAGED,
                "What is sealed as " + what
                        + " does not open: it was changed outside Patchbay, moved from elsewhere, or the disk has damaged it.");
    }
}
