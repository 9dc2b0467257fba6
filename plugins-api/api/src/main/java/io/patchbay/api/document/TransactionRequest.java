package io.patchbay.api.document;

import java.util.List;
import java.util.Optional;

/**
 * Operations to carry out together or not at all; at most one per document.
 *
 * @param idempotencyKey a retry with the same key gets the first outcome
 */
public record TransactionRequest(List<Operation> operations, Optional<String> idempotencyKey) {
    public TransactionRequest {
        operations = List.copyOf(operations);
    }

    public static TransactionRequest of(Operation... operations) {
        return new TransactionRequest(List.of(operations), Optional.empty());
    }
}
