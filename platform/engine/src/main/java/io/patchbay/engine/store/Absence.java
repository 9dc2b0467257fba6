package io.patchbay.engine.store;

import java.time.Duration;
import java.util.OptionalLong;

/** How long the bound adapter has not been there, and whether that is to be told. Used by the slot's thread. */
final class Absence {
    /** How long bundles of a node that has started may take to offer what they have; a swap takes less. */
    static final Duration SETTLES = Duration.ofSeconds(10);

    private OptionalLong sinceNanos = OptionalLong.empty();
    private boolean told;

    /**
     * Called at each look in vain; true once, when the start has settled.
     *
     * @param nanos of {@link System#nanoTime()}
     * @param starting whether the node is still starting its bundles: that time doesn't count
     */
    boolean isToBeTold(long nanos, boolean starting) {
        if (starting || sinceNanos.isEmpty()) {
            sinceNanos = OptionalLong.of(nanos);
        }
        if (told || nanos - sinceNanos.getAsLong() < SETTLES.toNanos()) {
            return false;
        }
        told = true;
        return true;
    }
}
