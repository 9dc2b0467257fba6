package io.patchbay.engine.access;

import io.patchbay.api.document.StoredDocument;
import java.util.Optional;

/** What one caller may do in one collection. Any thread. */
public interface Rights {
    /** Those of an admin: all. */
    Rights ADMIN = new AdminRights();

    /** The documents that {@code action} (list or read) lets the caller see. */
    Visibility visibility(Action action);

    /** Whether {@code action} is allowed or forbidden whatever the document; empty if the documents have to be looked at. */
    Optional<Boolean> always(Action action);

    /**
     * Whether the rule of {@code action} allows a change.
     *
     * @param before empty for a create
     * @param after empty for a delete
     */
    boolean allows(Action action, Optional<StoredDocument> before, Optional<StoredDocument> after);
}
