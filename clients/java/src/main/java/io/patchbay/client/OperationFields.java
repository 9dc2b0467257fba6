package io.patchbay.client;

import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.Value;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Writes as the protocol has them. */
final class OperationFields {
    private static final int KEY_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private OperationFields() {}

    static Value.Struct transaction(List<Operation> operations) {
        List<Value> items = new ArrayList<>(operations.size());
        operations.forEach(operation -> items.add(of(operation).with("op", Value.of(op(operation)))));
        return withKey(Value.struct("operations", new Value.Array(items)));
    }

    /** What makes a write that is sent again the same write. */
    static Value.Struct withKey(Value.Struct fields) {
        byte[] key = new byte[KEY_BYTES];
        RANDOM.nextBytes(key);
        return fields.with("key", Value.of(HexFormat.of().formatHex(key)));
    }

    static String op(Operation operation) {
        if (operation instanceof Operation.Put) {
            return "put";
        }
        if (operation instanceof Operation.Patch) {
            return "patch";
        }
        return operation instanceof Operation.Delete ? "delete" : "check";
    }

    /** @throws IllegalArgumentException if the operation can't have its precondition */
    static Value.Struct of(Operation operation) {
        Value.Struct fields = Value.struct("collection", Value.of(operation.collection()));
        if (operation instanceof Operation.Put put) {
            fields = fields.with("data", put.data());
            if (put.id().isPresent()) {
                fields = fields.with("document", Value.of(put.id().get()));
            }
        } else if (operation instanceof Operation.Patch patch) {
            fields = fields.with("document", Value.of(patch.id())).with("patch", patch.patch());
        } else if (operation instanceof Operation.Delete delete) {
            fields = fields.with("document", Value.of(delete.id()));
        } else if (operation instanceof Operation.Check check) {
            fields = fields.with("document", Value.of(check.id()));
        }
        return withPrecondition(fields, operation);
    }

    private static Value.Struct withPrecondition(Value.Struct fields, Operation operation) {
        Precondition precondition = operation.precondition();
        if (precondition instanceof Precondition.AtRevision at) {
            return fields.with("ifRevision", Value.of(at.revision()));
        }
        boolean mayBeAbsent = operation instanceof Operation.Put || operation instanceof Operation.Check;
        if (precondition instanceof Precondition.Absent && mayBeAbsent) {
            return fields.with("ifAbsent", Value.TRUE);
        }
        // A patch and a check ask that the document exists anyway.
        boolean asksForIt = operation instanceof Operation.Patch || operation instanceof Operation.Check;
        if (precondition instanceof Precondition.Exists ? asksForIt : precondition instanceof Precondition.Any) {
            return fields;
        }
        throw new IllegalArgumentException("A " + op(operation) + " can't have the precondition " + precondition + ".");
    }
}
