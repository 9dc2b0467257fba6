package io.patchbay.engine.migration;

import io.patchbay.api.migration.StoreDifference;
import java.util.ArrayList;
import java.util.List;

/** What a comparison has found: all are counted, and the first are kept, in memory alone, for they name documents. Any thread. */
final class FoundDifferences {
    /** More than anybody reads; whoever has more has lost a store. */
    private static final int KEPT = 10_000;

    // Guarded by this.
    private final List<StoreDifference> kept = new ArrayList<>();
    private long number;

    synchronized void add(StoreDifference difference) {
        number++;
        if (kept.size() < KEPT) {
            kept.add(difference);
        }
    }

    synchronized long number() {
        return number;
    }

    synchronized List<StoreDifference> page(long skip, int limit) {
        return kept.stream().skip(skip).limit(limit).toList();
    }
}
