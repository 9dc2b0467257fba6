package io.patchbay.client;

import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.Value;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * The documents of one collection. Every write carries an idempotency key. Any thread; a future fails with a {@link ClientException}.
 *
 * <pre>{@code
 * cities.put("lyon", data, Precondition.ABSENT)                    // REVISION_CONFLICT if it is there
 * cities.patch("lyon", patch, new Precondition.AtRevision(3))
 * }</pre>
 */
public final class DocumentCollection {
    private final PatchbayClient client;
    private final String name;

    DocumentCollection(PatchbayClient client, String name) {
        this.client = client;
        this.name = name;
    }

    public String name() {
        return name;
    }

    /** Fails with DOCUMENT_NOT_FOUND. */
    public CompletableFuture<Document> get(String id) {
        return client.call(
                "get", () -> Value.struct("collection", Value.of(name), "document", Value.of(id)), Answers::document);
    }

    public CompletableFuture<Page> list(ListQuery query) {
        return client.call("query", () -> fields(query), Answers::page);
    }

    /** Writes under an id that the node chooses. */
    public CompletableFuture<Written> create(Value.Struct data) {
        return write(new Operation.Put(name, Optional.empty(), data, Precondition.ANY));
    }

    /** Writes the whole document, whether it is there or not. */
    public CompletableFuture<Written> put(String id, Value.Struct data) {
        return put(id, data, Precondition.ANY);
    }

    public CompletableFuture<Written> put(String id, Value.Struct data, Precondition precondition) {
        return write(new Operation.Put(name, Optional.of(id), data, precondition));
    }

    /** Merges (RFC 7396) into a document that must exist; a null removes the field. */
    public CompletableFuture<Written> patch(String id, Value.Struct patch) {
        return patch(id, patch, Precondition.EXISTS);
    }

    public CompletableFuture<Written> patch(String id, Value.Struct patch, Precondition precondition) {
        return write(new Operation.Patch(name, id, patch, precondition));
    }

    /** Deletes it; nothing there is no error. */
    public CompletableFuture<Written> delete(String id) {
        return delete(id, Precondition.ANY);
    }

    public CompletableFuture<Written> delete(String id, Precondition precondition) {
        return write(new Operation.Delete(name, id, precondition));
    }

    /** The state of a filter, kept up to date. */
    public CompletableFuture<Subscription> watch(Interest interest, WatchListener listener) {
        return client.watch(name, interest, listener);
    }

    /** The log of a filter: every change, in order, exactly once, over reconnects too. */
    public CompletableFuture<Subscription> changes(Interest interest, ChangesListener listener) {
        return client.changes(name, interest, listener);
    }

    private CompletableFuture<Written> write(Operation operation) {
        return client.call(
                OperationFields.op(operation),
                () -> OperationFields.withKey(OperationFields.of(operation)),
                Answers::written);
    }

    private Value.Struct fields(ListQuery query) {
        Map<String, Value> fields = new TreeMap<>(Map.of("collection", Value.of(name)));
        query.filter().ifPresent(cel -> fields.put("filter", Value.of(cel)));
        query.sort().ifPresent(sort -> fields.put("sort", Value.of(sort)));
        query.limit().ifPresent(limit -> fields.put("limit", Value.of(limit)));
        query.cursor().ifPresent(cursor -> fields.put("cursor", Value.of(cursor)));
        return new Value.Struct(fields);
    }
}
