package io.patchbay.api.document;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Operations as clients write them, the same in every protocol: {@code {"op":"put","collection":"cities","document":"lyon","data":{...},"ifRevision":3}}.
 *
 * <p>Each method reads its fields and leaves {@link Fields#done} to the caller, who may have fields of its own.
 */
public final class OperationForm {
    private static final List<String> OPERATIONS = List.of("put", "patch", "delete", "check");

    private OperationForm() {}

    /** {@code collection, document?, data, ifRevision?, ifAbsent?} */
    public static Operation.Put put(Fields fields) {
        String collection = fields.requireText("collection");
        Optional<String> document = fields.findText("document").map(DocumentIds::require);
        Precondition precondition = precondition(fields).orElse(Precondition.ANY);
        if (document.isEmpty() && precondition instanceof Precondition.AtRevision) {
            throw fields.refused("ifRevision", "'ifRevision' needs a 'document'.");
        }
        return new Operation.Put(collection, document, fields.requireStruct("data"), precondition);
    }

    /** {@code collection, document, patch, ifRevision?} */
    public static Operation.Patch patch(Fields fields) {
        return new Operation.Patch(
                fields.requireText("collection"),
                document(fields),
                fields.requireStruct("patch"),
                ifRevision(fields).orElse(Precondition.ANY));
    }

    /** {@code collection, document, ifRevision?} */
    public static Operation.Delete delete(Fields fields) {
        return new Operation.Delete(
                fields.requireText("collection"),
                document(fields),
                ifRevision(fields).orElse(Precondition.ANY));
    }

    /** {@code collection, document, ifRevision?, ifAbsent?}; with neither the document must exist. */
    public static Operation.Check check(Fields fields) {
        return new Operation.Check(
                fields.requireText("collection"),
                document(fields),
                precondition(fields).orElse(Precondition.EXISTS));
    }

    /** {@code operations}: an array of structs, each with its {@code op}. LIMIT_EXCEEDED beyond {@link Limits#TRANSACTION_OPERATIONS}. */
    public static List<Operation> operations(Fields fields) {
        List<Value> items = fields.requireArray("operations");
        if (items.isEmpty()) {
            throw fields.refused("operations", "'operations' must hold at least one operation.");
        }
        if (items.size() > Limits.TRANSACTION_OPERATIONS) {
            throw PatchbayException.beyond(
                    "transaction_operations",
                    ErrorCode.LIMIT_EXCEEDED,
                    "A transaction holds at most " + Limits.TRANSACTION_OPERATIONS + " operations, not " + items.size()
                            + ".");
        }
        List<Operation> operations = new ArrayList<>(items.size());
        for (Value item : items) {
            operations.add(operation(Fields.of("operations[" + operations.size() + "]", item)));
        }
        return operations;
    }

    /** {@code key?}: an idempotency key. */
    public static Optional<String> key(Fields fields) {
        return fields.findText("key").map(OperationForm::requireKey);
    }

    /** @throws PatchbayException BAD_REQUEST if it is no idempotency key */
    public static String requireKey(String key) {
        if (key.isBlank() || key.length() > Limits.IDEMPOTENCY_KEY_CHARS) {
            throw PatchbayException.beyond(
                    "idempotency_key_chars",
                    ErrorCode.BAD_REQUEST,
                    "An idempotency key is 1 to " + Limits.IDEMPOTENCY_KEY_CHARS + " characters.");
        }
        return key;
    }

    private static Operation operation(Fields fields) {
        String op = fields.requireText("op");
        Operation operation = switch (op) {
            case "put" -> put(fields);
            case "patch" -> patch(fields);
            case "delete" -> delete(fields);
            case "check" -> check(fields);
            default -> throw fields.refused("op", "There is no operation '" + op + "'." + Nearest.hint(op, OPERATIONS));
        };
        fields.done();
        return operation;
    }

    private static String document(Fields fields) {
        return DocumentIds.require(fields.requireText("document"));
    }

    private static Optional<Precondition> precondition(Fields fields) {
        Optional<Precondition> revision = ifRevision(fields);
        Optional<Boolean> absent = fields.findBool("ifAbsent");
        if (absent.isEmpty()) {
            return revision;
        }
        if (!absent.get() || revision.isPresent()) {
            throw fields.refused("ifAbsent", "'ifAbsent' can only be true, and not beside 'ifRevision'.");
        }
        return Optional.of(Precondition.ABSENT);
    }

    private static Optional<Precondition> ifRevision(Fields fields) {
        return fields.findInt("ifRevision", 0, Long.MAX_VALUE).map(Precondition.AtRevision::new);
    }
}
