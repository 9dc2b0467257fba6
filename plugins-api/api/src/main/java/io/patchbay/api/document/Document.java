package io.patchbay.api.document;

import java.time.Instant;

/** A document as its readers see it: {@code {"id","revision","updatedAt","data"}} on the wire. */
public record Document(String collection, StoredDocument stored) {
    public String id() {
        return stored.id();
    }

    public long revision() {
        return stored.revision();
    }

    public Instant updatedAt() {
        return Instant.ofEpochMilli(stored.updatedAtMs());
    }

    public Value.Struct data() {
        return stored.data();
    }
}
