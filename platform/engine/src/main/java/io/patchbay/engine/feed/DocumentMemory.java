package io.patchbay.engine.feed;

import io.patchbay.api.document.StoredDocument;
import java.util.Optional;

/** What documents take in memory, for the limits of what is kept there. */
public final class DocumentMemory {
    /** Of a document and what holds it. */
    private static final int OVERHEAD_BYTES = 256;
    /** Once somebody has looked into a body its values are kept beside it: measured with small documents, about this many times its length. */
    private static final int DECODED = 8;

    private DocumentMemory() {}

    /** About how many bytes; none for no document. */
    public static long bytes(Optional<StoredDocument> document) {
        return document.isPresent()
                ? OVERHEAD_BYTES + (long) DECODED * document.get().body().length
                : 0;
    }

    /** At most {@code bytes}, and at most one part in {@code parts} of the heap. */
    public static long limit(long bytes, int parts) {
        return Math.min(bytes, Runtime.getRuntime().maxMemory() / parts);
    }
}
