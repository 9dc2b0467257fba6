package io.patchbay.engine.commit;

import io.patchbay.api.metrics.Metrics;

/** What the committer counts. */
final class CommitterMeters {
    final Metrics.Counter batches;
    final Metrics.Counter transactions;
    final Metrics.Counter documents;
    final Metrics.Counter refused;
    final Metrics.Counter failures;
    final Metrics.Counter overdue;
    final Metrics.Counter moved;
    final Metrics.Timer commitTime;
    final Metrics.Timer latency;
    final Metrics.Timer pauseTime;
    final Metrics.Sizes batchTransactions;
    final Metrics.Sizes batchBytes;

    CommitterMeters(Metrics metrics) {
        batches = metrics.counter("patchbay_commit_batches_total", "Batches made durable.");
        transactions = metrics.counter("patchbay_commits_total", "Transactions made durable.");
        documents = metrics.counter("patchbay_documents_written_total", "Documents written or deleted.");
        refused = metrics.counter("patchbay_commits_refused_total", "Transactions refused because the queue was full.");
        failures = metrics.counter("patchbay_commit_failures_total", "Batches that the store did not take.");
        overdue = metrics.counter(
                "patchbay_commits_overdue_total", "Transactions refused because their turn did not come in time.");
        moved = metrics.counter(
                "patchbay_commits_moved_total",
                "Transactions whose documents had changed since they were read, so that they are tried again.");
        latency = metrics.timer(
                "patchbay_transaction_seconds", "Time of a transaction from the queue until it is durable.");
        pauseTime = metrics.timer(
                "patchbay_commit_pause_seconds", "Time that writers waited for a swap or another exclusive use.");
        batchTransactions = metrics.sizes("patchbay_commit_batch_transactions", "Transactions of a batch.");
        batchBytes = metrics.sizes("patchbay_commit_batch_bytes", "Bytes of the documents of a batch.");
        commitTime = metrics.timer(
                "patchbay_commit_seconds", "Time the store took to make a batch durable, its sync included.");
    }
}
