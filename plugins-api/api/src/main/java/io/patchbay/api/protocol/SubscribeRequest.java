package io.patchbay.api.protocol;

import io.patchbay.api.feed.Position;
import java.util.Optional;

/**
 * @param filter CEL; empty for the whole collection
 * @param since resume behind this position, without a snapshot; HISTORY_GONE if it is gone. Empty: {@code WATCH} starts with a snapshot, {@code CHANGES} with what comes next
 */
public record SubscribeRequest(Mode mode, String collection, Optional<String> filter, Optional<Position> since) {
    public enum Mode {
        /** The log: every change of the filter, in order, exactly once; who falls behind reads on from the feed. */
        CHANGES,
        /** The state: a snapshot, then what changed; coalesces to the newest when the reader is slow. */
        WATCH
    }
}
