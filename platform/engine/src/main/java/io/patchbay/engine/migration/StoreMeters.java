package io.patchbay.engine.migration;

import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.Job;
import java.util.Locale;

/** What the swaps of stores count. How long writers waited is the committer's {@code patchbay_commit_pause_seconds}. */
final class StoreMeters {
    private final Metrics metrics;
    private final Metrics.Timer moveTime;
    private final Metrics.Counter movedDocuments;

    StoreMeters(Metrics metrics) {
        this.metrics = metrics;
        moveTime = metrics.timer(
                "patchbay_store_move_seconds", "Time to move all documents to another store, writes going on.");
        movedDocuments =
                metrics.counter("patchbay_store_moved_documents_total", "Documents moved to another store by swaps.");
        for (Job.State state : Job.State.values()) {
            if (state != Job.State.RUNNING) {
                swaps(state);
            }
        }
    }

    void moved(long nanos, long documents) {
        moveTime.record(nanos);
        movedDocuments.add(documents);
    }

    void ended(Job job) {
        swaps(job.state()).increment();
    }

    private Metrics.Counter swaps(Job.State state) {
        return metrics.counter(
                "patchbay_store_swaps_total",
                "Swaps of the document store and their roll-backs, by how they ended.",
                "outcome",
                state.name().toLowerCase(Locale.ROOT));
    }
}
