package io.patchbay.engine.commit;

import io.patchbay.api.document.TransactionResult;

/** How a transaction ended. */
public sealed interface CommitOutcome {
    /** It is durable, or was before under the same key. */
    record Done(TransactionResult result) implements CommitOutcome {}

    /** A guard or the hooks had moved; nothing was written. Prepare it anew. */
    record Moved() implements CommitOutcome {}
}
