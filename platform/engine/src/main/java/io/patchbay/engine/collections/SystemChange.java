package io.patchbay.engine.collections;

import io.patchbay.api.document.StoredDocument;
import java.util.Optional;

/** What a watcher of a system collection hears. */
public sealed interface SystemChange {
    /** @param document what it became; empty if it was deleted */
    record Changed(String id, Optional<StoredDocument> document) implements SystemChange {}

    /** Changes are missing: read anew whatever is remembered. */
    record Lost() implements SystemChange {}
}
