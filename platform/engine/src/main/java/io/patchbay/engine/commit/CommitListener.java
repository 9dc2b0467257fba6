package io.patchbay.engine.commit;

import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.Transaction;
import java.util.List;

/** Follows what the committer does, on its thread, before the feed is told and callers hear of it. Quick; must not fail. */
public interface CommitListener {
    /** The committer works on this store from now on. May read it. */
    void synced(DocumentStore store);

    /** These are durable. */
    void committed(List<Transaction> transactions);
}
