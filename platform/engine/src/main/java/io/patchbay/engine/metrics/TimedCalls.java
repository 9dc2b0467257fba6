package io.patchbay.engine.metrics;

import io.patchbay.api.metrics.Metrics;
import java.util.concurrent.atomic.LongAdder;

/** A histogram of times whose bounds double from 0.1 ms to 13 s. */
final class TimedCalls implements Metrics.Timer {
    static final int BUCKETS = 18;
    private static final long FIRST_BOUND_NANOS = 100_000;

    private final String help;
    private final LongAdder nanos = new LongAdder();
    private final LongAdder[] buckets = new LongAdder[BUCKETS + 1];

    TimedCalls(String help) {
        this.help = help;
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new LongAdder();
        }
    }

    @Override
    public void record(long elapsedNanos) {
        nanos.add(elapsedNanos);
        int bucket = 0;
        while (bucket < BUCKETS && elapsedNanos > boundNanos(bucket)) {
            bucket++;
        }
        buckets[bucket].increment();
    }

    static long boundNanos(int bucket) {
        return FIRST_BOUND_NANOS << bucket;
    }

    String help() {
        return help;
    }

    long sumNanos() {
        return nanos.sum();
    }

    /** Calls in the bucket; the last one has those beyond all bounds. */
    long calls(int bucket) {
        return buckets[bucket].sum();
    }
}
