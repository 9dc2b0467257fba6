package io.patchbay.engine.metrics;

import io.patchbay.api.metrics.Metrics;
import java.util.concurrent.atomic.LongAdder;

final class CountedTotal implements Metrics.Counter {
    private final String help;
    private final LongAdder total = new LongAdder();

    CountedTotal(String help) {
        this.help = help;
    }

    @Override
    public void add(long amount) {
        total.add(amount);
    }

    String help() {
        return help;
    }

    long total() {
        return total.sum();
    }
}
