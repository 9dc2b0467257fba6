package io.patchbay.engine.auth;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.engine.collections.SystemChange;
import io.patchbay.engine.collections.SystemCollection;
import io.patchbay.engine.collections.SystemDocuments;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The node's collections in memory, with real preconditions. Answers on another thread, as the engine does. */
final class InMemorySystemDocuments implements SystemDocuments {
    private final Map<String, Map<String, Document>> collections = new TreeMap<>();
    private final Map<String, List<Consumer<SystemChange>>> watchers = new LinkedHashMap<>();
    private final List<Runnable> beforeCommit = new CopyOnWriteArrayList<>();
    private long revision;

    InMemorySystemDocuments() {
        for (SystemCollection collection : SystemCollection.values()) {
            collections.put(collection.label(), new TreeMap<>());
            watchers.put(collection.label(), new CopyOnWriteArrayList<>());
        }
    }

    /** Runs once, before the next commit is decided: how a test slips in between. */
    void beforeNextCommit(Runnable action) {
        beforeCommit.add(action);
    }

    int count(SystemCollection collection) {
        synchronized (this) {
            return collections.get(collection.label()).size();
        }
    }

    /** All that is stored, as text: for looking for what must not be there. */
    synchronized String dump() {
        StringBuilder dump = new StringBuilder();
        collections
                .values()
                .forEach(documents ->
                        documents.forEach((id, document) -> dump.append(id).append(document.data())));
        return dump.toString();
    }

    @Override
    public CompletionStage<Optional<Document>> find(SystemCollection collection, String id) {
        return answer(
                () -> Optional.ofNullable(collections.get(collection.label()).get(id)));
    }

    @Override
    public CompletionStage<Page> list(ListRequest request) {
        return answer(() -> {
            List<Document> items =
                    new ArrayList<>(collections.get(request.collection()).values());
            request.filter().ifPresent(filter -> {
                String[] sides = filter.split(" == ");
                String wanted = sides[1].replace("\"", "");
                items.removeIf(document -> !document.data().findText(sides[0]).equals(Optional.of(wanted)));
            });
            request.sort()
                    .forEach(field -> items.sort(Comparator.comparing(
                            document -> key(document, field.path().toString()))));
            int from = request.cursor().map(Integer::parseInt).orElse(0);
            int to = Math.min(items.size(), from + request.limit());
            return new Page(
                    items.subList(from, to), to < items.size() ? Optional.of(Integer.toString(to)) : Optional.empty());
        });
    }

    private static String key(Document document, String field) {
        Value value = document.data().fields().get(field);
        return value instanceof Value.Int number
                ? String.format("%020d", number.value())
                : value instanceof Value.Text text ? text.value() : "";
    }

    @Override
    public CompletionStage<TransactionResult> commit(TransactionRequest request) {
        List<Runnable> actions = List.copyOf(beforeCommit);
        beforeCommit.removeAll(actions);
        return CompletableFuture.runAsync(() -> actions.forEach(Runnable::run))
                .thenCompose(ran -> answer(() -> {
                    request.operations().forEach(this::check);
                    revision++;
                    request.operations().forEach(this::apply);
                    return new TransactionResult(new Position("test", revision), List.of(), false);
                }));
    }

    private void check(Operation operation) {
        String id = operation instanceof Operation.Put put
                ? put.id().orElseThrow()
                : operation instanceof Operation.Delete delete ? delete.id() : ((Operation.Check) operation).id();
        Optional<Document> current =
                Optional.ofNullable(collections.get(operation.collection()).get(id));
        Precondition precondition = operation.precondition();
        boolean holds = precondition instanceof Precondition.Any
                || precondition instanceof Precondition.Absent && current.isEmpty()
                || precondition instanceof Precondition.Exists && current.isPresent()
                || precondition instanceof Precondition.AtRevision at
                        && current.filter(document -> document.revision() == at.revision())
                                .isPresent();
        if (!holds) {
            throw new PatchbayException(ErrorCode.REVISION_CONFLICT, "The document " + id + " is not as expected.");
        }
    }

    private void apply(Operation operation) {
        Map<String, Document> documents = collections.get(operation.collection());
        if (operation instanceof Operation.Put put) {
            StoredDocument stored = StoredDocument.of(1, put.id().orElseThrow(), revision, 0, put.data());
            documents.put(stored.id(), new Document(operation.collection(), stored));
            tell(operation.collection(), new SystemChange.Changed(stored.id(), Optional.of(stored)));
        } else if (operation instanceof Operation.Delete delete && documents.remove(delete.id()) != null) {
            tell(operation.collection(), new SystemChange.Changed(delete.id(), Optional.empty()));
        }
    }

    private void tell(String collection, SystemChange change) {
        watchers.get(collection).forEach(watcher -> watcher.accept(change));
    }

    /** As after a restore. */
    void loseHistory() {
        watchers.keySet().forEach(collection -> tell(collection, new SystemChange.Lost()));
    }

    @Override
    public AutoCloseable watch(SystemCollection collection, Consumer<SystemChange> listener) {
        watchers.get(collection.label()).add(listener);
        return () -> watchers.get(collection.label()).remove(listener);
    }

    private <T> CompletionStage<T> answer(Supplier<T> work) {
        return CompletableFuture.supplyAsync(() -> {
            synchronized (this) {
                return work.get();
            }
        });
    }
}
