package io.patchbay.engine.keyvalue;

import io.patchbay.api.Limits;
import io.patchbay.api.kv.KeyValueCommit;
import io.patchbay.api.kv.KeyValueKey;
import io.patchbay.api.kv.KeyValueOperation;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A commit on its way to the committer: a client's, or of the node itself to delete what has expired. */
final class KeyValueRequest {
    /** What one costs beyond its keys and values. */
    private static final int OVERHEAD_BYTES = 128;

    /** Empty for one that deletes what has expired. */
    final Optional<Bucket> bucket;

    final List<KeyValueOperation> operations;
    final List<KeyValueKey> expired;
    final long bytes;
    final long deadlineNanos = System.nanoTime() + Limits.WRITER_WAIT.toNanos();
    /** Empty if the bucket was defined anew since the request was checked. */
    final CompletableFuture<Optional<KeyValueCommit>> future = new CompletableFuture<>();

    private KeyValueRequest(
            Optional<Bucket> bucket, List<KeyValueOperation> operations, List<KeyValueKey> expired, long bytes) {
        this.bucket = bucket;
        this.operations = operations;
        this.expired = expired;
        this.bytes = bytes;
    }

    static KeyValueRequest of(Bucket bucket, List<KeyValueOperation> operations) {
        long bytes = OVERHEAD_BYTES;
        for (KeyValueOperation operation : operations) {
            bytes += bytes(operation);
        }
        return new KeyValueRequest(Optional.of(bucket), operations, List.of(), bytes);
    }

    /** Deletes those that are still there, and still expired. */
    static KeyValueRequest expiring(List<KeyValueKey> keys) {
        return new KeyValueRequest(Optional.empty(), List.of(), keys, (long) OVERHEAD_BYTES * keys.size());
    }

    static long bytes(KeyValueOperation operation) {
        long value = operation instanceof KeyValueOperation.Put put ? put.value().length : 0;
        return operation.key().length() + value;
    }
}
