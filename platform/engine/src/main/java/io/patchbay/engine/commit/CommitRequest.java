package io.patchbay.engine.commit;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** A transaction on its way to the committer. */
final class CommitRequest {
    final List<PreparedWrite> writes;
    final List<Guard> guards;
    final Optional<IdempotencyKey> key;
    final BooleanSupplier current;
    final long deadlineNanos;
    final CompletableFuture<CommitOutcome> future = new CompletableFuture<>();

    CommitRequest(
            List<PreparedWrite> writes,
            List<Guard> guards,
            Optional<IdempotencyKey> key,
            BooleanSupplier current,
            long deadlineNanos) {
        this.writes = writes;
        this.guards = guards;
        this.key = key;
        this.current = current;
        this.deadlineNanos = deadlineNanos;
    }
}
