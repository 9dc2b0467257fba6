package io.patchbay.engine.commit;

import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.engine.feed.DocumentMemory;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Documents as they stand in the store, those used last; also that nothing stands under a key. Bounded in bytes; the committer's thread only. */
final class CurrentDocuments {
    private static final int OVERHEAD_BYTES = 256;

    private final long maxBytes;
    private final Map<DocumentKey, Optional<StoredDocument>> byKey = new LinkedHashMap<>(1024, 0.75f, true);
    private long bytes;

    CurrentDocuments(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Null if it isn't known. */
    @org.jspecify.annotations.Nullable
    Optional<StoredDocument> get(DocumentKey key) {
        return byKey.get(key);
    }

    void put(DocumentKey key, Optional<StoredDocument> document) {
        Optional<StoredDocument> before = byKey.put(key, document);
        bytes += bytes(document) - (before == null ? 0 : bytes(before));
        Iterator<Optional<StoredDocument>> oldest = byKey.values().iterator();
        while (bytes > maxBytes && oldest.hasNext()) {
            bytes -= bytes(oldest.next());
            oldest.remove();
        }
    }

    void clear() {
        byKey.clear();
        bytes = 0;
    }

    int size() {
        return byKey.size();
    }

    private static long bytes(Optional<StoredDocument> document) {
        return OVERHEAD_BYTES + DocumentMemory.bytes(document);
    }
}
