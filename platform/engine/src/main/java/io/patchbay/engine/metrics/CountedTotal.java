package io.patchbay.engine.metrics;

import io.patchbay.api.metrics.MetricSeries;
import io.patchbay.api.metrics.Metrics;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** A counter. */
final class CountedTotal implements Metrics.Counter, Meter {
    private final LongAdder total = new LongAdder();

    @Override
    public void add(long amount) {
        total.add(amount);
    }

    @Override
    public Optional<MetricSeries.Reading> read() {
        return Optional.of(new MetricSeries.Amount(total.sum()));
    }
}
