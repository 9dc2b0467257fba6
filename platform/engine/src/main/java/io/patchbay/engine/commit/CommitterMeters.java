package io.patchbay.engine.commit;

import io.patchbay.api.metrics.Metrics;

/** What the committer counts. */
final class CommitterMeters {
    final Metrics.Counter batches;
    final Metrics.Counter transactions;
    final Metrics.Counter documents;
    final Metrics.Counter refused;
    final Metrics.Counter failures;
    final Metrics.Timer commitTime;

    CommitterMeters(Metrics metrics) {
        batches = metrics.counter("patchbay_commit_batches_total", "Batches made durable.");
        transactions = metrics.counter("patchbay_commits_total", "Transactions made durable.");
        documents = metrics.counter("patchbay_documents_written_total", "Documents written or deleted.");
        refused = metrics.counter("patchbay_commits_refused_total", "Transactions refused because the queue was full.");
        failures = metrics.counter("patchbay_commit_failures_total", "Batches that the store did not take.");
        commitTime = metrics.timer("patchbay_commit_seconds", "Time the store took for a batch.");
    }
}
