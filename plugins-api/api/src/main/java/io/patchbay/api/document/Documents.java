package io.patchbay.api.document;

import io.patchbay.api.feed.ChangePage;
import io.patchbay.api.feed.Position;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The documents as one session may see and change them; access rules apply. No call waits: stages complete on the engine's threads, exceptionally only with a
 * {@link io.patchbay.api.PatchbayException}. What the caller may not see is answered like what is not there.
 */
@ProviderType
public interface Documents {
    /** DOCUMENT_NOT_FOUND, COLLECTION_NOT_FOUND, FORBIDDEN. */
    CompletionStage<Document> get(String collection, String id);

    CompletionStage<Page> list(ListRequest request);

    /** Completes once durable. A failed stage means that nothing was written, unless its code is TIMEOUT, which says nothing: ask again with the idempotency key. */
    CompletionStage<TransactionResult> commit(TransactionRequest request);

    /** The kept changes behind {@code since} (empty: from the oldest kept) of all collections that the caller may list, in commit order. HISTORY_GONE. */
    CompletionStage<ChangePage> changes(Optional<Position> since, int limit);
}
