package io.patchbay.engine.metrics;

import io.patchbay.api.metrics.MetricSeries;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** A histogram whose bounds are {@code first * 2^(step * n)}; adding to it is two adders and no search. */
class Buckets implements Meter {
    private final long first;
    private final int step;
    private final double unit;
    private final LongAdder sum = new LongAdder();
    private final LongAdder[] counts;

    /**
     * @param bounds how many; what lies beyond the last is counted too
     * @param unit what a recorded number is divided by to be in the base unit
     */
    Buckets(long first, int step, int bounds, double unit) {
        this.first = first;
        this.step = step;
        this.unit = unit;
        counts = new LongAdder[bounds + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    final void add(long amount) {
        sum.add(amount);
        counts[bucket(amount)].increment();
    }

    /** The first whose bound is not below the amount. */
    private int bucket(long amount) {
        if (amount <= first) {
            return 0;
        }
        int doublings = Long.SIZE - Long.numberOfLeadingZeros((amount - 1) / first);
        return Math.min(counts.length - 1, (doublings + step - 1) / step);
    }

    @Override
    public final Optional<MetricSeries.Reading> read() {
        List<Double> bounds = new ArrayList<>(counts.length - 1);
        List<Long> found = new ArrayList<>(counts.length);
        for (int i = 0; i < counts.length; i++) {
            found.add(counts[i].sum());
            if (i < counts.length - 1) {
                bounds.add((first << (i * step)) / unit);
            }
        }
        return Optional.of(new MetricSeries.Distribution(bounds, found, sum.sum() / unit));
    }
}
