package io.patchbay.benchmarks;

import java.util.Arrays;

/** Times that were seen, in nanoseconds. Used by one thread. */
final class Latencies {
    private long[] nanos = new long[1 << 16];
    private int count;

    void add(long latency) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, count * 2);
        }
        nanos[count++] = latency;
    }

    long[] sorted() {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted;
    }
}
