package io.patchbay.protocol.rest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Times as RFC 3339 text. Any thread. */
final class Times {
    private record Formatted(long epochMs, String text) {}

    // Documents written together, or read in the order they were written, share a millisecond; formatting it costs as
    // much as the rest of a document's head. Any thread may replace it, with a whole one.
    private static volatile @Nullable Formatted last;

    private Times() {}

    static String text(long epochMs) {
        Formatted known = last;
        if (known != null && known.epochMs == epochMs) {
            return known.text;
        }
        Formatted fresh = new Formatted(epochMs, Instant.ofEpochMilli(epochMs).toString());
        last = fresh;
        return fresh.text;
    }
}
