package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.engine.collections.CollectionEntry;
import io.patchbay.engine.collections.SystemChange;
import io.patchbay.engine.collections.SystemCollection;
import io.patchbay.engine.collections.SystemDocuments;
import io.patchbay.engine.collections.SystemEntries;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** {@link SystemDocuments} by the same reads and writes that sessions use, as the node itself. */
public final class StoredSystemDocuments implements SystemDocuments {
    private static final Caller NODE = new Caller() {
        @Override
        public Identity identity() {
            return Identity.SYSTEM;
        }

        @Override
        public CollectionEntry require(String collection) {
            return SystemEntries.find(collection)
                    .orElseThrow(() -> new PatchbayException(
                            ErrorCode.COLLECTION_NOT_FOUND,
                            "The node has no collection '" + collection + "' of its own."));
        }
    };

    private final DocumentReads reads;
    private final DocumentWrites writes;
    private final Readers readers;
    private final BiFunction<SystemCollection, Consumer<SystemChange>, AutoCloseable> watch;

    public StoredSystemDocuments(
            DocumentReads reads,
            DocumentWrites writes,
            Readers readers,
            BiFunction<SystemCollection, Consumer<SystemChange>, AutoCloseable> watch) {
        this.reads = reads;
        this.writes = writes;
        this.readers = readers;
        this.watch = watch;
    }

    @Override
    public CompletionStage<Optional<Document>> find(SystemCollection collection, String id) {
        return readers.supply(() -> reads.find(NODE, collection.label(), id));
    }

    @Override
    public CompletionStage<Page> list(ListRequest request) {
        return readers.supply(() -> reads.list(NODE, request));
    }

    @Override
    public CompletionStage<TransactionResult> commit(TransactionRequest request) {
        return writes.commit(NODE, request);
    }

    @Override
    public AutoCloseable watch(SystemCollection collection, Consumer<SystemChange> listener) {
        return watch.apply(collection, listener);
    }
}
