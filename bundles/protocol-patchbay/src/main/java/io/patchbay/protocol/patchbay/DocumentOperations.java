package io.patchbay.protocol.patchbay;

import io.patchbay.api.Limits;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.OperationForm;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.protocol.Session;
import io.patchbay.api.query.SortField;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** {@code get, query, put, patch, delete, transaction} */
final class DocumentOperations {
    private final Session session;

    DocumentOperations(Session session) {
        this.session = session;
    }

    CompletionStage<byte[]> get(Fields fields) {
        String collection = fields.requireText("collection");
        String document = fields.requireText("document");
        fields.done();
        return session.documents().get(collection, document).thenApply(Replies::document);
    }

    CompletionStage<byte[]> query(Fields fields) {
        ListRequest request = new ListRequest(
                fields.requireText("collection"),
                fields.findText("filter"),
                fields.findText("sort").map(SortField::parseAll).orElse(List.of()),
                fields.findInt("limit", 1, Limits.LIST_MAX).map(Long::intValue).orElse(Limits.LIST_DEFAULT),
                fields.findText("cursor"));
        fields.done();
        return session.documents().list(request).thenApply(Replies::page);
    }

    CompletionStage<byte[]> put(Fields fields) {
        return commit(OperationForm.put(fields), fields).thenApply(Replies::written);
    }

    CompletionStage<byte[]> patch(Fields fields) {
        return commit(OperationForm.patch(fields), fields).thenApply(Replies::patched);
    }

    CompletionStage<byte[]> delete(Fields fields) {
        return commit(OperationForm.delete(fields), fields).thenApply(Replies::written);
    }

    CompletionStage<byte[]> transaction(Fields fields) {
        return commit(OperationForm.operations(fields), fields).thenApply(Replies::transaction);
    }

    private CompletionStage<TransactionResult> commit(Operation operation, Fields fields) {
        return commit(List.of(operation), fields);
    }

    private CompletionStage<TransactionResult> commit(List<Operation> operations, Fields fields) {
        Optional<String> key = OperationForm.key(fields);
        fields.done();
        return session.documents().commit(new TransactionRequest(operations, key));
    }
}
