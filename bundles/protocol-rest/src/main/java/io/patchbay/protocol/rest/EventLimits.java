package io.patchbay.protocol.rest;

import java.time.Duration;

/** The limits of event streams; those that protocols share are in {@link io.patchbay.api.Limits}. */
final class EventLimits {
    /** Open at a time on this node. */
    static final int STREAMS = 2000;
    /** Open at a time by one account; by one address, of those who have not said who they are. */
    static final int STREAMS_PER_CALLER = 100;
    /** Bodies of documents that wait in all streams together, not yet encoded: a sixteenth of the heap, at least this. */
    static final long WAITING_BYTES_MIN = 16L << 20;
    /** Small documents of one event are sent together, up to this. */
    static final int PIECE_BYTES = 32 << 10;
    /** A larger document is sent in parts of this size. */
    static final int SLICE_BYTES = 128 << 10;
    /** A comment is sent after so much silence: proxies cut a connection that is quiet for longer, and it is how a client that has gone is noticed. */
    static final Duration HEARTBEAT = Duration.ofSeconds(15);

    static final Duration CHECK = Duration.ofSeconds(1);
    /** What a client has not read this long after the end of its stream is lost to it. */
    static final Duration END = Duration.ofMillis(800);
    /** The delay before a client comes back, as the node asks for it; spread, so that all do not come at once after a restart. */
    static final int RETRY_MS_MIN = 1000;

    static final int RETRY_MS_MAX = 3000;

    private EventLimits() {}

    static long waitingBytes() {
        return Math.max(WAITING_BYTES_MIN, Runtime.getRuntime().maxMemory() / 16);
    }
}
