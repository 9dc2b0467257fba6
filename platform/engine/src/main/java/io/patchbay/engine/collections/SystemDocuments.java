package io.patchbay.engine.collections;

import io.patchbay.api.document.Document;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The documents of the node's own collections ({@link SystemCollection}), for parts of the engine; a service. No rules apply: the caller is the node.
 *
 * <p>Any thread, no call waits. Stages fail with a {@link io.patchbay.api.PatchbayException}, as those of {@link io.patchbay.api.document.Documents} do.
 */
public interface SystemDocuments {
    /** Empty if there is no such document. */
    CompletionStage<Optional<Document>> find(SystemCollection collection, String id);

    /** {@link ListRequest#collection()} is a system collection's label. */
    CompletionStage<Page> list(ListRequest request);

    /** Operations name system collections by their labels; patches retry when the document moves. */
    CompletionStage<TransactionResult> commit(TransactionRequest request);

    /**
     * Calls {@code listener} for every change of {@code collection} from now on, in order, on one thread of the engine's: it must not wait. What was missed because the feed's
     * history was gone (after a restore) is told as {@link SystemChange.Lost}. Close to end.
     */
    AutoCloseable watch(SystemCollection collection, Consumer<SystemChange> listener);
}
