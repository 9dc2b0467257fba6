package io.patchbay.engine.store;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.LoadBatch;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.feed.Change;
import io.patchbay.api.plugin.Lease;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A store that tells its adapter's lease of each call that failed through the adapter's own fault, so that an update which breaks it is rolled back. Changes nothing else. */
final class ReportingStore implements DocumentStore {
    private final DocumentStore store;
    private final Lease<?> lease;

    ReportingStore(DocumentStore store, Lease<?> lease) {
        this.store = store;
        this.lease = lease;
    }

    private <T> T ask(Supplier<T> question) {
        try {
            return question.get();
        } catch (PatchbayException told) {
            throw told;
        } catch (RuntimeException | Error e) {
            lease.failed(e);
            throw e;
        }
    }

    private void tell(Runnable order) {
        ask(() -> {
            order.run();
            return true;
        });
    }

    @Override
    public StoreState state() {
        return ask(store::state);
    }

    @Override
    public void begin(String epoch, long lastOffset) {
        tell(() -> store.begin(epoch, lastOffset));
    }

    @Override
    public void commit(CommitBatch batch) {
        tell(() -> store.commit(batch));
    }

    @Override
    public Optional<StoredDocument> find(long collection, String id) {
        return ask(() -> store.find(collection, id));
    }

    @Override
    public List<Optional<StoredDocument>> findCurrent(List<DocumentKey> keys) {
        return ask(() -> store.findCurrent(keys));
    }

    @Override
    public Optional<Outcome> findOutcome(String identity, String key) {
        return ask(() -> store.findOutcome(identity, key));
    }

    @Override
    public DocumentScan query(StoreQuery query) {
        return ask(() -> store.query(query));
    }

    @Override
    public List<Change> readChanges(long offset, int limit) {
        return ask(() -> store.readChanges(offset, limit));
    }

    @Override
    public void trimChanges(long offset, long nowMs) {
        tell(() -> store.trimChanges(offset, nowMs));
    }

    @Override
    public long changeBytes() {
        return ask(store::changeBytes);
    }

    @Override
    public void checkIndexes(long collection, List<IndexDefinition> indexes) {
        tell(() -> store.checkIndexes(collection, indexes));
    }

    @Override
    public void defineIndexes(long collection, List<IndexDefinition> indexes) {
        tell(() -> store.defineIndexes(collection, indexes));
    }

    @Override
    public List<StoredDocument> scanDocuments(Optional<DocumentKey> after, int limit) {
        return ask(() -> store.scanDocuments(after, limit));
    }

    @Override
    public List<Outcome> scanOutcomes(Optional<Outcome> after, int limit) {
        return ask(() -> store.scanOutcomes(after, limit));
    }

    @Override
    public void load(LoadBatch batch) {
        tell(() -> store.load(batch));
    }

    @Override
    public void finishLoad(StoreState state) {
        tell(() -> store.finishLoad(state));
    }

    @Override
    public Optional<String> findFault() {
        return ask(store::findFault);
    }

    @Override
    public void close() {
        tell(store::close);
    }
}
