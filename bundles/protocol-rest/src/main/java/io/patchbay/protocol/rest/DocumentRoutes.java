package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.DocumentIds;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.OperationForm;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.TransactionResult.Written;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.query.SortField;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Documents, transactions and the changes they made. */
final class DocumentRoutes {
    private static final String KEEP = "private, no-cache";

    CompletionStage<HttpResponse> list(Call call) {
        ListRequest request = new ListRequest(
                call.path("c"),
                call.query("filter"),
                call.query("sort").map(SortField::parseAll).orElse(List.of()),
                call.limit(),
                call.query("cursor"));
        return call.documents().list(request).thenApply(page -> Answer.json(200, DocumentForm.page(page)));
    }

    CompletionStage<HttpResponse> get(Call call) {
        return call.documents().get(call.path("c"), call.path("id")).thenApply(document -> read(call, document));
    }

    CompletionStage<HttpResponse> create(Call call) {
        Value.Struct data = call.data();
        return write(call, new Operation.Put(call.path("c"), Optional.empty(), data, Precondition.ANY));
    }

    CompletionStage<HttpResponse> put(Call call) {
        Value.Struct data = call.data();
        String id = DocumentIds.require(call.path("id"));
        Precondition precondition = Revisions.precondition(call.request());
        return write(call, new Operation.Put(call.path("c"), Optional.of(id), data, precondition));
    }

    CompletionStage<HttpResponse> patch(Call call) {
        Precondition precondition = Revisions.preconditionOfExisting(call.request());
        Operation patch = new Operation.Patch(
                call.path("c"), DocumentIds.require(call.path("id")), call.mergePatch(), precondition);
        return write(call, patch);
    }

    /** What a replayed write led to: no outcome is kept with its data, and what was sent may have been patched or changed by a hook; but as long as nobody has written since, the document is that. Empty if it can't be told, or not to this caller. */
    private static CompletionStage<Optional<Value.Struct>> dataOf(Call call, Written written) {
        return call.documents()
                .get(written.collection(), written.id())
                .handle((document, failure) -> failure == null && document.revision() == written.revision()
                        ? Optional.of(document.data())
                        : Optional.empty());
    }

    /** What is not there can't be deleted, as what the caller may not see: the two are not to be told apart. */
    CompletionStage<HttpResponse> delete(Call call) {
        Precondition precondition = Revisions.preconditionOfExisting(call.request());
        boolean conditional = !(precondition instanceof Precondition.Any);
        String id = DocumentIds.require(call.path("id"));
        Operation delete = new Operation.Delete(call.path("c"), id, conditional ? precondition : Precondition.EXISTS);
        return commit(call, List.of(delete), call.idempotencyKey())
                .exceptionallyCompose(
                        failure -> CompletableFuture.failedFuture(conditional ? failure : withoutConflict(failure, id)))
                .thenApply(result -> replayed(HttpResponse.empty(204), result));
    }

    private static Throwable withoutConflict(Throwable failure, String id) {
        return Failures.unwrap(failure) instanceof PatchbayException known
                        && known.code() == ErrorCode.REVISION_CONFLICT
                ? new PatchbayException(
                        ErrorCode.DOCUMENT_NOT_FOUND, "There is no document '" + Text.shortened(id) + "' here.")
                : failure;
    }

    CompletionStage<HttpResponse> transaction(Call call) {
        Fields fields = call.fields();
        List<Operation> operations = OperationForm.operations(fields);
        Optional<String> key = OperationForm.key(fields).or(call::idempotencyKey);
        fields.done();
        return commit(call, operations, key)
                .thenApply(result -> replayed(Answer.json(200, DocumentForm.transaction(result)), result));
    }

    CompletionStage<HttpResponse> changes(Call call) {
        Optional<Position> since = call.query("since").map(Position::parse);
        return call.documents()
                .changes(since, call.limit())
                .thenApply(page -> Answer.json(200, DocumentForm.changes(page)));
    }

    private static HttpResponse read(Call call, Document document) {
        String tag = Revisions.tag(document.revision());
        return Revisions.isKnown(call.request(), document.revision())
                ? HttpResponse.empty(304).with("ETag", tag).with("Cache-Control", KEEP)
                : Answer.json(200, DocumentForm.document(document), "ETag", tag, "Cache-Control", KEEP);
    }

    private static CompletionStage<HttpResponse> write(Call call, Operation operation) {
        return commit(call, List.of(operation), call.idempotencyKey()).thenCompose(result -> {
            Written written = result.written().get(0);
            return written.data().isPresent()
                    ? CompletableFuture.completedFuture(written(result, written.data()))
                    : dataOf(call, written).thenApply(data -> written(result, data));
        });
    }

    private static HttpResponse written(TransactionResult result, Optional<Value.Struct> data) {
        Written written = result.written().get(0);
        byte[] body = DocumentForm.written(written, data);
        String tag = Revisions.tag(written.revision());
        HttpResponse response = written.created()
                ? Answer.json(201, body, "ETag", tag, "Location", DocumentForm.path(written.collection(), written.id()))
                : Answer.json(200, body, "ETag", tag);
        return replayed(response, result);
    }

    private static HttpResponse replayed(HttpResponse response, TransactionResult result) {
        return result.replayed() ? response.with("Idempotency-Replayed", "true") : response;
    }

    private static CompletionStage<TransactionResult> commit(
            Call call, List<Operation> operations, Optional<String> key) {
        return call.documents().commit(new TransactionRequest(operations, key));
    }
}
