package io.patchbay.api.document;

import org.jspecify.annotations.Nullable;

/**
 * A document as a store keeps it: its body is deterministic CBOR (RFC 8949, section 4.2) that an adapter may treat as opaque bytes.
 *
 * <p>Immutable; neither the store nor the caller changes the array behind {@link #body()}. Any thread.
 */
public final class StoredDocument {
    private final long collection;
    private final String id;
    private final long revision;
    private final long updatedAtMs;
    private final byte[] body;
    // A cache that any thread may fill; both write equal values, so a race only costs time.
    private Value.@Nullable Struct data;

    /**
     * @param collection the collection's internal id
     * @param revision the offset of the commit that wrote it
     * @param updatedAtMs milliseconds since the epoch
     */
    public StoredDocument(long collection, String id, long revision, long updatedAtMs, byte[] body) {
        this.collection = collection;
        this.id = id;
        this.revision = revision;
        this.updatedAtMs = updatedAtMs;
        this.body = body;
    }

    /** With {@code body}, which is {@code data} encoded: for a caller that has both, so that neither is computed again. */
    public static StoredDocument of(
            long collection, String id, long revision, long updatedAtMs, byte[] body, Value.Struct data) {
        StoredDocument document = new StoredDocument(collection, id, revision, updatedAtMs, body);
        document.data = data;
        return document;
    }

    /** With the body encoded from {@code data}. */
    public static StoredDocument of(long collection, String id, long revision, long updatedAtMs, Value.Struct data) {
        StoredDocument document = new StoredDocument(collection, id, revision, updatedAtMs, Cbor.encode(data));
        document.data = data;
        return document;
    }

    public long collection() {
        return collection;
    }

    public String id() {
        return id;
    }

    public long revision() {
        return revision;
    }

    public long updatedAtMs() {
        return updatedAtMs;
    }

    /** The shared array itself: read only. */
    public byte[] body() {
        return body;
    }

    /** The decoded body; decoded at the first call. */
    public Value.Struct data() {
        Value.Struct decoded = data;
        if (decoded == null) {
            decoded = (Value.Struct) Cbor.decode(body);
            data = decoded;
        }
        return decoded;
    }

    @Override
    public String toString() {
        return collection + "/" + id + "@" + revision;
    }
}
