package io.patchbay.engine.metrics;

import io.patchbay.api.metrics.Metrics;

/** A histogram of times whose bounds double from 0.1 ms to 13 s. */
final class TimedCalls extends Buckets implements Metrics.Timer {
    private static final int BOUNDS = 18;
    private static final long FIRST_BOUND_NANOS = 100_000;
    private static final double SECOND_NANOS = 1e9;

    TimedCalls() {
        super(FIRST_BOUND_NANOS, 1, BOUNDS, SECOND_NANOS);
    }

    @Override
    public void record(long nanos) {
        add(nanos);
    }
}
