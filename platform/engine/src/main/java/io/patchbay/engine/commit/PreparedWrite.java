package io.patchbay.engine.commit;

import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.Value;
import java.util.Optional;

/**
 * One operation, checked and encoded, ready to be decided.
 *
 * @param body deterministic CBOR of {@code data}; empty unless it is a put
 * @param absent nothing stands under the id as far as this caller may know: the server has just made it, or rules hide what is there
 */
public record PreparedWrite(
        Kind kind,
        long collection,
        String collectionName,
        String id,
        Optional<Value.Struct> data,
        byte[] body,
        Precondition precondition,
        boolean absent) {

    public enum Kind {
        PUT,
        DELETE,
        CHECK
    }
}
