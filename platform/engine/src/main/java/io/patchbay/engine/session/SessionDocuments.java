package io.patchbay.engine.session;

import io.patchbay.api.document.Document;
import io.patchbay.api.document.Documents;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.feed.ChangePage;
import io.patchbay.api.feed.Position;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The documents as one session sees them. */
final class SessionDocuments implements Documents {
    private final ClientSession session;

    SessionDocuments(ClientSession session) {
        this.session = session;
    }

    @Override
    public CompletionStage<Document> get(String collection, String id) {
        SessionParts parts = session.parts();
        return session.request(() -> parts.readers().supply(() -> parts.reads().get(session, collection, id)));
    }

    @Override
    public CompletionStage<Page> list(ListRequest request) {
        SessionParts parts = session.parts();
        return session.request(() -> parts.readers().supply(() -> parts.reads().list(session, request)));
    }

    @Override
    public CompletionStage<TransactionResult> commit(TransactionRequest request) {
        return session.request(() -> session.parts().writes().commit(session, request));
    }

    @Override
    public CompletionStage<ChangePage> changes(Optional<Position> since, int limit) {
        SessionParts parts = session.parts();
        return session.request(
                () -> parts.readers().supply(() -> parts.changes().read(session, since, limit)));
    }
}
