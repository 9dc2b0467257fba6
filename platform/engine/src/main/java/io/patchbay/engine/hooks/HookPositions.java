package io.patchbay.engine.hooks;

import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.engine.collections.SystemCollection;
import io.patchbay.engine.collections.SystemDocuments;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Through where the hooks have been told of changes, by name: documents of the node's own, so they move with the store whose positions they are. Every call waits, bounded. */
final class HookPositions {
    private static final String COLLECTION = SystemCollection.HOOKS.label();
    private static final String TOLD = "toldThrough";

    private final SystemDocuments documents;

    HookPositions(SystemDocuments documents) {
        this.documents = documents;
    }

    /** @throws PatchbayException if it can't be read now */
    Optional<Position> find(String hook) throws InterruptedException {
        return await(documents.find(SystemCollection.HOOKS, hook))
                .flatMap(document -> document.data().findText(TOLD))
                .map(Position::parse);
    }

    /** @throws PatchbayException if it can't be written now */
    void save(String hook, Position told) throws InterruptedException {
        Value.Struct data = Value.struct(TOLD, Value.of(told.toString()));
        await(documents.commit(
                TransactionRequest.of(new Operation.Put(COLLECTION, Optional.of(hook), data, Precondition.ANY))));
    }

    private static <T> T await(CompletionStage<T> asked) throws InterruptedException {
        try {
            return asked.toCompletableFuture().get(Limits.REQUEST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PatchbayException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the document store does not answer", e);
        }
    }
}
