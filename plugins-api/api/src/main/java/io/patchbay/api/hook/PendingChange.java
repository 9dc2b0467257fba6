package io.patchbay.api.hook;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.Value;
import java.util.Optional;

/**
 * A change of one document that is about to be made.
 *
 * @param id under which the document stands or will stand; {@code data.id} is ordinary data
 * @param before the document as it is, whether or not the caller may read it; empty for a create
 * @param data what it becomes, as the hooks before made it; of a patch the merged document; empty for a delete
 * @param caller who wants it; {@link Identity#SYSTEM} for the operator and imports
 */
public record PendingChange(
        String collection, String id, Optional<Document> before, Optional<Value.Struct> data, Identity caller) {
    public boolean creates() {
        return before.isEmpty();
    }

    public boolean deletes() {
        return data.isEmpty();
    }
}
