package io.patchbay.engine.migration;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Leaves the writers their share of the time of a long copy: as long as there are any, it rests after each page for a share of what the page took. One thread. */
public final class Pacing {
    /** A page that took longer was held up by something else than its own work. */
    private static final Duration LONGEST_REST = Duration.ofMillis(500);

    /** Of the time of the page: with two cores, writers at 5,000/s get nearly all of theirs, and the copy 30,000 documents/s. */
    private static final double REST = 0.75;

    private final LongSupplier written;
    private long seen;
    private long sinceNanos;

    /** @param written what grows with every write, such as the offset of the feed */
    public Pacing(LongSupplier written) {
        this.written = written;
        begin();
    }

    /** To be called after each page. */
    public void rest() {
        if (written.getAsLong() != seen) {
            long until = System.nanoTime()
                    + Math.min((long) (REST * (System.nanoTime() - sinceNanos)), LONGEST_REST.toNanos());
            for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
                LockSupport.parkNanos(left);
                if (Thread.currentThread().isInterrupted()) {
                    break;
                }
            }
        }
        begin();
    }

    private void begin() {
        seen = written.getAsLong();
        sinceNanos = System.nanoTime();
    }
}
