package io.patchbay.engine.metrics;

import io.patchbay.api.metrics.Metrics;

/** A histogram of sizes whose bounds are the powers of four up to 16Mi. */
final class CountedSizes extends Buckets implements Metrics.Sizes {
    private static final int BOUNDS = 13;

    CountedSizes() {
        super(1, 2, BOUNDS, 1);
    }

    @Override
    public void record(long size) {
        add(size);
    }
}
