package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.CborWriter;
import io.patchbay.api.document.DocumentIds;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.Value;
import io.patchbay.engine.commit.IdempotencyKey;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What can be said of a transaction without looking at any document. Any thread, never waits. */
final class RequestCheck {
    private static final byte[] NO_BODY = new byte[0];

    private RequestCheck() {}

    /** @throws PatchbayException BAD_REQUEST, ID_INVALID, TOO_LARGE, LIMIT_EXCEEDED */
    static List<Step> check(TransactionRequest request, long nowMs) {
        int count = request.operations().size();
        if (count == 0 || count > Limits.TRANSACTION_OPERATIONS) {
            throw PatchbayException.beyond(
                    "transaction_operations",
                    ErrorCode.LIMIT_EXCEEDED,
                    "A transaction has 1 to " + Limits.TRANSACTION_OPERATIONS + " operations, not " + count + ".");
        }
        List<Step> steps = new ArrayList<>(count);
        long bytes = 0;
        for (Operation operation : request.operations()) {
            Step step = step(operation, nowMs);
            bytes += step.body().length;
            steps.add(step);
        }
        if (bytes > Limits.TRANSACTION_BYTES) {
            throw PatchbayException.beyond(
                    "transaction_bytes",
                    ErrorCode.TOO_LARGE,
                    "A transaction has at most " + Limits.TRANSACTION_BYTES + " bytes, not " + bytes + ".");
        }
        if (count > 1) {
            requireDistinct(steps);
        }
        return steps;
    }

    private static Step step(Operation operation, long nowMs) {
        if (operation instanceof Operation.Put put) {
            byte[] body = encode(put.data());
            return put.id().isPresent()
                    ? new Step(put, DocumentIds.require(put.id().get()), body, false)
                    : new Step(put, DocumentIds.next(nowMs), body, true);
        }
        if (operation instanceof Operation.Patch patch) {
            encode(patch.patch());
            return new Step(patch, DocumentIds.require(patch.id()), NO_BODY, false);
        }
        if (operation instanceof Operation.Delete delete) {
            return new Step(delete, DocumentIds.require(delete.id()), NO_BODY, false);
        }
        Operation.Check check = (Operation.Check) operation;
        return new Step(check, DocumentIds.require(check.id()), NO_BODY, false);
    }

    /** @throws PatchbayException TOO_LARGE, LIMIT_EXCEEDED */
    static byte[] encode(Value.Struct data) {
        byte[] body = Cbor.encode(data);
        if (body.length > Limits.DOCUMENT_BYTES) {
            throw PatchbayException.beyond(
                    "document_bytes",
                    ErrorCode.TOO_LARGE,
                    "A document has at most " + Limits.DOCUMENT_BYTES + " bytes, not " + body.length + ".");
        }
        return body;
    }

    private static void requireDistinct(List<Step> steps) {
        Set<List<String>> seen = new HashSet<>(steps.size() * 2);
        for (Step step : steps) {
            if (!seen.add(List.of(step.operation().collection(), step.id()))) {
                throw new PatchbayException(
                        ErrorCode.BAD_REQUEST,
                        "The transaction names the document '" + step.id() + "' of "
                                + step.operation().collection() + " twice.");
            }
        }
    }

    /** @throws PatchbayException BAD_REQUEST if the key is empty or too long */
    static Optional<IdempotencyKey> key(String identity, TransactionRequest request) {
        if (request.idempotencyKey().isEmpty()) {
            return Optional.empty();
        }
        String key = request.idempotencyKey().get();
        if (key.isEmpty()
                || key.length() > Limits.IDEMPOTENCY_KEY_CHARS
                || key.chars().anyMatch(Character::isISOControl)) {
            throw PatchbayException.beyond(
                    "idempotency_key_chars",
                    ErrorCode.BAD_REQUEST,
                    "An idempotency key is 1 to " + Limits.IDEMPOTENCY_KEY_CHARS
                            + " characters without control characters.");
        }
        Value.of(key);
        return Optional.of(new IdempotencyKey(identity, key, hash(request)));
    }

    // Written piece by piece: as one value, the arrays around a document would count among its levels.
    private static byte[] hash(TransactionRequest request) {
        CborWriter out = new CborWriter().startArray(request.operations().size());
        for (Operation operation : request.operations()) {
            describe(out, operation);
        }
        try {
            return MessageDigest.getInstance("SHA-256").digest(out.toByteArray());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static void describe(CborWriter out, Operation operation) {
        Value precondition = describe(operation.precondition());
        if (operation instanceof Operation.Put put) {
            Value id = put.id().<Value>map(Value::of).orElse(Value.NULL);
            out.startArray(5)
                    .text("put")
                    .value(Value.of(put.collection()))
                    .value(id)
                    .value(put.data());
        } else if (operation instanceof Operation.Patch patch) {
            out.startArray(5).text("patch").value(Value.of(patch.collection())).value(Value.of(patch.id()));
            out.value(patch.patch());
        } else if (operation instanceof Operation.Delete delete) {
            out.startArray(4)
                    .text("delete")
                    .value(Value.of(delete.collection()))
                    .value(Value.of(delete.id()));
        } else {
            Operation.Check check = (Operation.Check) operation;
            out.startArray(4).text("check").value(Value.of(check.collection())).value(Value.of(check.id()));
        }
        out.value(precondition);
    }

    private static Value describe(Precondition precondition) {
        if (precondition instanceof Precondition.AtRevision at) {
            return Value.of(at.revision());
        }
        if (precondition instanceof Precondition.Any) {
            return Value.NULL;
        }
        return Value.of(precondition instanceof Precondition.Exists);
    }
}
