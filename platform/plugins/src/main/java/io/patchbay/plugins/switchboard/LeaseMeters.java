package io.patchbay.plugins.switchboard;

import java.util.concurrent.atomic.LongAdder;

/** What the switchboard counts of those who found no provider at once; a lease that is had at once is not counted, which keeps it cheap. */
final class LeaseMeters {
    final LongAdder waits = new LongAdder();
    final LongAdder waitedNanos = new LongAdder();
    final LongAdder timeouts = new LongAdder();
    final LongAdder drains = new LongAdder();
    final LongAdder drainedNanos = new LongAdder();
    final LongAdder drainTimeouts = new LongAdder();
}
