package io.patchbay.engine.commit;

import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.Value;
import java.util.Optional;

/**
 * One operation, checked and encoded, ready to be decided.
 *
 * @param body deterministic CBOR of {@code data}; empty unless it is a put
 * @param fresh the server has just made the id, so that nothing can stand under it
 */
public record PreparedWrite(
        Kind kind,
        long collection,
        String collectionName,
        String id,
        Optional<Value.Struct> data,
        byte[] body,
        Precondition precondition,
        boolean fresh) {

    public enum Kind {
        PUT,
        DELETE,
        CHECK
    }
}
