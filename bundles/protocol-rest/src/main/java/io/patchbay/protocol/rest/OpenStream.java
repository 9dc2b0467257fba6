package io.patchbay.protocol.rest;

import java.time.Instant;

/** A stream of events that counts among those that are open, and is looked at by their clock. */
interface OpenStream {
    /** Whose streams it counts among. */
    String caller();

    /** Ends it if its token has ended or nobody has begun to read it; else gives a sign of life where it was quiet. */
    void check(long nowNs, Instant now);

    /** Ends it as it is. */
    void close();
}
