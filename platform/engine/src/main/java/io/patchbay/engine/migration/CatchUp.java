package io.patchbay.engine.migration;

import io.patchbay.api.Limits;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.engine.migration.SwappableStore.Pause;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Brings another store nearly level with the one that serves, while writes go on. One thread, once.
 *
 * <p>Under a steady stream of writes the lag never becomes 0; it is enough that little is left for the pause. A store that is slower than the writers would never get there: once that shows, writers
 * are held for moments, in which it gains on them. They queue and do not fail, and between two holds a batch of them passes.
 */
final class CatchUp {
    /** The store counts as nearly level when one step brings it this few transactions further. */
    static final int NEARLY_LEVEL = 64;

    private static final int ROUNDS = 3;
    /** How long the lag may take to become a tenth smaller before writers are held. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** After a hold of this long, a batch of the writers passes. */
    private static final Duration LONGEST_HOLD = Duration.ofMillis(250);

    private final SwappableStore store;
    private final LongSupplier step;
    private final LongSupplier offset;
    private final JobControl control;
    private long leastLag = Long.MAX_VALUE;
    private long leastNanos = System.nanoTime();
    private boolean slow;

    /**
     * @param step as {@link Replica#step}
     * @param offset as {@link Replica#offset}
     */
    CatchUp(SwappableStore store, LongSupplier step, LongSupplier offset, JobControl control) {
        this.store = store;
        this.step = step;
        this.offset = offset;
        this.control = control;
    }

    void run() {
        long from = offset.getAsLong();
        int rounds = 0;
        while (rounds < ROUNDS) {
            control.checkCancelled();
            rounds = step.getAsLong() <= NEARLY_LEVEL ? rounds + 1 : 0;
            tell(from);
            if (rounds == 0 && isSlow() && gainInHold(from)) {
                return;
            }
        }
    }

    private void tell(long from) {
        control.progress(
                slow ? "catching up, writers held to its pace" : "catching up",
                offset.getAsLong() - from,
                store.position().offset() - from,
                "transactions");
    }

    private long lag() {
        return store.position().offset() - offset.getAsLong();
    }

    private boolean isSlow() {
        long lag = lag();
        if (lag < leastLag - leastLag / 10) {
            leastLag = lag;
            leastNanos = System.nanoTime();
        } else if (System.nanoTime() - leastNanos > PATIENCE.toNanos()) {
            slow = true;
        }
        return slow;
    }

    /** Returns whether it got nearly level. */
    private boolean gainInHold(long from) {
        try (Pause pause = store.pause(Limits.WRITER_WAIT)) {
            long until = System.nanoTime() + LONGEST_HOLD.toNanos();
            while (lag() > NEARLY_LEVEL && System.nanoTime() - until < 0) {
                control.checkCancelled();
                step.getAsLong();
                tell(from);
            }
            return lag() <= NEARLY_LEVEL;
        }
    }
}
