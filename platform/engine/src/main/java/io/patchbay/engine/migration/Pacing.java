package io.patchbay.engine.migration;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Leaves half of the time of a long copy to the writers: as long as there are any, it rests after each page for as long as the page took. One thread. */
public final class Pacing {
    /** A page that took longer was held up by something else than its own work. */
    private static final Duration LONGEST_REST = Duration.ofMillis(500);

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
            long until = System.nanoTime() + Math.min(System.nanoTime() - sinceNanos, LONGEST_REST.toNanos());
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
