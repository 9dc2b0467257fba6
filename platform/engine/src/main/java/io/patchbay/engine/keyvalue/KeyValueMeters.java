package io.patchbay.engine.keyvalue;

import io.patchbay.api.metrics.Metrics;

/** What the key-value committer counts. */
final class KeyValueMeters {
    final Metrics.Counter batches;
    final Metrics.Counter commits;
    final Metrics.Counter changes;
    final Metrics.Counter expired;
    final Metrics.Counter refused;
    final Metrics.Counter failures;
    final Metrics.Counter overdue;
    final Metrics.Timer commitTime;
    final Metrics.Timer latency;
    final Metrics.Sizes batchCommits;
    final Metrics.Sizes batchBytes;

    KeyValueMeters(Metrics metrics) {
        batches = metrics.counter("patchbay_kv_batches_total", "Batches of key-value commits made durable.");
        commits = metrics.counter("patchbay_kv_commits_total", "Key-value commits made durable.");
        changes = metrics.counter("patchbay_kv_changes_total", "Keys written, deleted or expired.");
        expired = metrics.counter("patchbay_kv_expired_total", "Keys deleted because their time was over.");
        refused = metrics.counter(
                "patchbay_kv_commits_refused_total", "Key-value commits refused because the queue was full.");
        failures = metrics.counter(
                "patchbay_kv_commit_failures_total", "Batches of key-value commits that the store did not take.");
        overdue = metrics.counter(
                "patchbay_kv_commits_overdue_total", "Key-value commits refused because their turn did not come.");
        latency = metrics.timer(
                "patchbay_kv_transaction_seconds", "Time of a key-value commit from the queue until it is durable.");
        commitTime =
                metrics.timer("patchbay_kv_commit_seconds", "Time the key-value store took to make a batch durable.");
        batchCommits = metrics.sizes("patchbay_kv_batch_commits", "Key-value commits of a batch.");
        batchBytes = metrics.sizes("patchbay_kv_batch_bytes", "Bytes of the keys and values of a batch.");
    }
}
