package io.patchbay.engine.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class PacingTest {
    private static final long PAGE_NANOS = Duration.ofMillis(40).toNanos();

    private final AtomicLong written = new AtomicLong();
    private final Pacing pacing = new Pacing(written::get);

    private long restNanos() {
        long from = System.nanoTime();
        pacing.rest();
        return System.nanoTime() - from;
    }

    private static void copyPage() {
        for (long until = System.nanoTime() + PAGE_NANOS; System.nanoTime() < until; ) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    @Test
    void restsForAShareOfWhatThePageTookWhileOthersWrite() {
        copyPage();
        written.incrementAndGet();
        assertThat(restNanos()).isGreaterThanOrEqualTo(PAGE_NANOS / 2);
    }

    @Test
    void restsNotWhereNobodyWrites() {
        written.incrementAndGet();
        pacing.rest();
        for (int page = 0; page < 5; page++) {
            copyPage();
        }
        assertThat(restNanos()).isLessThan(5 * PAGE_NANOS);
    }

    @Test
    void leavesOffWhenItsThreadIsInterrupted() {
        for (int page = 0; page < 20; page++) {
            copyPage();
        }
        written.incrementAndGet();
        Thread.currentThread().interrupt();
        assertThat(restNanos()).isLessThan(10 * PAGE_NANOS);
        assertThat(Thread.interrupted()).isTrue();
    }
}
