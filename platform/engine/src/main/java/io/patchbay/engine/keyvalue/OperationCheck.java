package io.patchbay.engine.keyvalue;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyNames;
import io.patchbay.api.kv.KeyValueOperation;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What a commit may ask for, whatever is in the store. */
final class OperationCheck {
    private OperationCheck() {}

    /** @throws PatchbayException KEY_INVALID, TOO_LARGE, LIMIT_EXCEEDED, BAD_REQUEST */
    static void require(List<KeyValueOperation> operations, Instant now) {
        if (operations.isEmpty() || operations.size() > Limits.KEY_VALUE_OPERATIONS) {
            throw PatchbayException.beyond(
                    "key_value_operations",
                    ErrorCode.LIMIT_EXCEEDED,
                    "A commit has 1 to " + Limits.KEY_VALUE_OPERATIONS + " operations, not " + operations.size() + ".");
        }
        long bytes = 0;
        for (int i = 0; i < operations.size(); i++) {
            KeyValueOperation operation = operations.get(i);
            KeyNames.require(operation.key());
            if (operation instanceof KeyValueOperation.Put put) {
                require(put, i, now);
            }
            bytes += KeyValueRequest.bytes(operation);
        }
        if (operations.size() > 1 && bytes > Limits.KEY_VALUE_COMMIT_BYTES) {
            throw PatchbayException.beyond(
                    "key_value_commit_bytes",
                    ErrorCode.TOO_LARGE,
                    "The keys and values of a commit with several operations may have "
                            + (Limits.KEY_VALUE_COMMIT_BYTES >> 20) + " MiB together.");
        }
    }

    private static void require(KeyValueOperation.Put put, int index, Instant now) {
        if (put.value().length > Limits.KEY_VALUE_BYTES) {
            throw PatchbayException.beyond(
                    "key_value_bytes",
                    ErrorCode.TOO_LARGE,
                    "A value may have " + (Limits.KEY_VALUE_BYTES >> 20) + " MiB.");
        }
        requireContentType(put.contentType());
        put.expiresAt().ifPresent(end -> {
            if (!end.isAfter(now) || end.isAfter(now.plus(Limits.KEY_VALUE_TTL))) {
                throw new PatchbayException(
                        ErrorCode.BAD_REQUEST,
                        "A value expires in the future, and within " + Limits.KEY_VALUE_TTL.toDays() / 365 + " years.",
                        Map.of("index", (long) index));
            }
        });
    }

    /** It is a header's value when it is read. */
    private static void requireContentType(String type) {
        boolean printable = type.chars().allMatch(c -> c >= ' ' && c < 127);
        if (type.isBlank() || !printable || type.length() > Limits.CONTENT_TYPE_CHARS) {
            throw PatchbayException.beyond(
                    "content_type_chars",
                    ErrorCode.BAD_REQUEST,
                    "A content type is 1 to " + Limits.CONTENT_TYPE_CHARS + " printable characters of ASCII.");
        }
    }
}
