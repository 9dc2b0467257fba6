package io.patchbay.testkit;

import java.util.Random;

/** Randomness that can be had again: the seed is printed, and {@code -Dpatchbay.seed=N} sets it. */
public final class Seeds {
    private Seeds() {}

    public static Random random(String claim) {
        long seed = Long.getLong("patchbay.seed", System.nanoTime());
        System.out.println(claim + ": -Dpatchbay.seed=" + seed);
        return new Random(seed);
    }
}
