package io.patchbay.engine.migration;

import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.Job;
import java.util.Locale;

/** What the swaps of one store count. How long writers waited is the committer's {@code patchbay_commit_pause_seconds}. */
final class StoreMeters {
    private final Metrics metrics;
    private final String store;
    private final Metrics.Timer moveTime;
    private final Metrics.Counter moved;
    private final Metrics.Counter compared;
    private final Metrics.Counter differences;

    StoreMeters(Metrics metrics, String store) {
        this.metrics = metrics;
        this.store = store;
        moveTime = metrics.timer(
                "patchbay_store_move_seconds",
                "Time to move a store to another adapter, writes going on.",
                "store",
                store);
        moved = metrics.counter(
                "patchbay_store_moved_total", "Rows that swaps have moved, such as documents.", "store", store);
        compared = metrics.counter(
                "patchbay_store_compared_rows_total", "Rows that were compared by 'store verify'.", "store", store);
        differences = metrics.counter(
                "patchbay_store_differences_total", "Differences that 'store verify' has found.", "store", store);
        for (Job.State state : Job.State.values()) {
            if (state != Job.State.RUNNING) {
                swaps(state);
            }
        }
    }

    void moved(long nanos, long items) {
        moveTime.record(nanos);
        moved.add(items);
    }

    void compared(long rows, long found) {
        compared.add(rows);
        differences.add(found);
    }

    void ended(Job job) {
        swaps(job.state()).increment();
    }

    private Metrics.Counter swaps(Job.State state) {
        return metrics.counter(
                "patchbay_store_swaps_total",
                "Swaps of a store and their roll-backs, by how they ended.",
                "store",
                store,
                "outcome",
                state.name().toLowerCase(Locale.ROOT));
    }
}
