package io.patchbay.testkit.session;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.CollectionInfo;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.Documents;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.MergePatch;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.TransactionResult.Written;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Change;
import io.patchbay.api.feed.ChangePage;
import io.patchbay.api.feed.ChangePage.NamedChange;
import io.patchbay.api.feed.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Documents in memory for one caller who may do everything: revisions, preconditions, idempotency keys and changes work; filters and sort orders do not, lists come by id. A commit's time is its
 * offset in milliseconds after 2026-01-01, so that answers can be compared to the letter. For one thread.
 */
public final class MemoryDocuments implements Documents {
    public static final String EPOCH = "m1";
    private static final long START_MS = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    private final NavigableMap<String, CollectionInfo> collections = new TreeMap<>();
    private final Map<String, NavigableMap<String, StoredDocument>> documents = new HashMap<>();
    private final List<NamedChange> log = new ArrayList<>();
    private final Map<String, TransactionResult> outcomes = new HashMap<>();
    private final MemoryKeyValues keyValues = new MemoryKeyValues();
    private long offset;
    private long collectionId;

    /** With empty collections of these names. */
    public MemoryDocuments(String... names) {
        for (String name : names) {
            create(new CollectionDefinition(name, List.of(), Map.of()));
        }
    }

    /** What is kept beside the documents. */
    public MemoryKeyValues keyValues() {
        return keyValues;
    }

    public Position position() {
        return new Position(EPOCH, offset);
    }

    @Override
    public CompletionStage<Document> get(String collection, String id) {
        return stage(() -> new Document(collection, require(collection, id)));
    }

    @Override
    public CompletionStage<Page> list(ListRequest request) {
        return stage(() -> {
            NavigableMap<String, StoredDocument> all = documentsOf(request.collection());
            List<Document> items = all.tailMap(request.cursor().orElse(""), false).values().stream()
                    .limit(request.limit() + 1L)
                    .map(stored -> new Document(request.collection(), stored))
                    .toList();
            boolean more = items.size() > request.limit();
            List<Document> page = more ? items.subList(0, request.limit()) : items;
            return new Page(page, more ? Optional.of(page.get(page.size() - 1).id()) : Optional.empty());
        });
    }

    @Override
    public CompletionStage<TransactionResult> commit(TransactionRequest request) {
        return stage(() -> {
            Optional<TransactionResult> before = request.idempotencyKey().map(outcomes::get);
            TransactionResult result =
                    before.map(MemoryDocuments::replay).orElseGet(() -> carryOut(request.operations()));
            request.idempotencyKey().ifPresent(key -> outcomes.putIfAbsent(key, result));
            return result;
        });
    }

    @Override
    public CompletionStage<ChangePage> changes(Optional<Position> since, int limit) {
        return stage(() -> {
            long behind = since.map(Position::offset).orElse(0L);
            List<NamedChange> items = log.stream()
                    .filter(item -> item.position().offset() > behind)
                    .limit(limit)
                    .toList();
            return new ChangePage(
                    items,
                    items.isEmpty() ? position() : items.get(items.size() - 1).position());
        });
    }

    Map<String, CollectionInfo> collections() {
        return collections;
    }

    CollectionInfo create(CollectionDefinition definition) {
        if (collections.containsKey(definition.name())) {
            throw new PatchbayException(
                    ErrorCode.ALREADY_EXISTS, "There is a collection '" + definition.name() + "' already.");
        }
        CollectionInfo info = new CollectionInfo(definition, ++collectionId);
        collections.put(definition.name(), info);
        documents.put(definition.name(), new TreeMap<>());
        return info;
    }

    CollectionInfo requireCollection(String name) {
        CollectionInfo info = collections.get(name);
        if (info == null) {
            throw new PatchbayException(ErrorCode.COLLECTION_NOT_FOUND, "There is no collection '" + name + "'.");
        }
        return info;
    }

    static <T> CompletionStage<T> stage(Supplier<T> work) {
        try {
            return CompletableFuture.completedFuture(work.get());
        } catch (PatchbayException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private TransactionResult carryOut(List<Operation> operations) {
        operations.forEach(this::check);
        offset++;
        List<Written> written = new ArrayList<>();
        operations.forEach(operation -> apply(operation).ifPresent(written::add));
        return new TransactionResult(position(), written, false);
    }

    private void check(Operation operation) {
        Optional<StoredDocument> present = id(operation).flatMap(id -> find(operation.collection(), id));
        Precondition precondition = operation.precondition();
        boolean holds = precondition instanceof Precondition.Any
                || precondition instanceof Precondition.Absent && present.isEmpty()
                || precondition instanceof Precondition.Exists && present.isPresent()
                || precondition instanceof Precondition.AtRevision at
                        && present.filter(document -> document.revision() == at.revision())
                                .isPresent();
        if (!holds) {
            Map<String, Object> details = present.<Map<String, Object>>map(
                            document -> Map.of("currentRevision", document.revision()))
                    .orElse(Map.of());
            throw new PatchbayException(
                    ErrorCode.REVISION_CONFLICT, "The document is not at the revision that was asked for.", details);
        }
        if (operation instanceof Operation.Patch patch) {
            require(patch.collection(), patch.id());
        }
    }

    private Optional<Written> apply(Operation operation) {
        if (operation instanceof Operation.Put put) {
            return Optional.of(write(put.collection(), put.id().orElse("made-" + offset), put.data()));
        }
        if (operation instanceof Operation.Patch patch) {
            return Optional.of(write(
                    patch.collection(),
                    patch.id(),
                    MergePatch.apply(require(patch.collection(), patch.id()).data(), patch.patch())));
        }
        return operation instanceof Operation.Delete delete ? Optional.of(delete(delete)) : Optional.empty();
    }

    private Written write(String collection, String id, Value.Struct data) {
        StoredDocument document =
                StoredDocument.of(requireCollection(collection).id(), id, offset, START_MS + offset, data);
        boolean created = documentsOf(collection).put(id, document) == null;
        log(collection, id, Optional.of(document));
        return new Written(
                collection, id, offset, Instant.ofEpochMilli(START_MS + offset), created, false, Optional.of(data));
    }

    private Written delete(Operation.Delete delete) {
        documentsOf(delete.collection()).remove(delete.id());
        log(delete.collection(), delete.id(), Optional.empty());
        return new Written(
                delete.collection(),
                delete.id(),
                offset,
                Instant.ofEpochMilli(START_MS + offset),
                false,
                true,
                Optional.empty());
    }

    private void log(String collection, String id, Optional<StoredDocument> document) {
        long collectionId = requireCollection(collection).id();
        log.add(new NamedChange(
                collection, position(), new Change(offset, 0, collectionId, id, START_MS + offset, document)));
    }

    private static TransactionResult replay(TransactionResult first) {
        List<Written> written = first.written().stream()
                .map(w -> new Written(
                        w.collection(),
                        w.id(),
                        w.revision(),
                        w.updatedAt(),
                        w.created(),
                        w.deleted(),
                        Optional.empty()))
                .toList();
        return new TransactionResult(first.position(), written, true);
    }

    private static Optional<String> id(Operation operation) {
        if (operation instanceof Operation.Put put) {
            return put.id();
        }
        if (operation instanceof Operation.Patch patch) {
            return Optional.of(patch.id());
        }
        return Optional.of(
                operation instanceof Operation.Delete delete ? delete.id() : ((Operation.Check) operation).id());
    }

    private NavigableMap<String, StoredDocument> documentsOf(String collection) {
        requireCollection(collection);
        return documents.get(collection);
    }

    private Optional<StoredDocument> find(String collection, String id) {
        return Optional.ofNullable(documentsOf(collection).get(id));
    }

    private StoredDocument require(String collection, String id) {
        return find(collection, id)
                .orElseThrow(() -> new PatchbayException(
                        ErrorCode.DOCUMENT_NOT_FOUND, "There is no document '" + id + "' in '" + collection + "'."));
    }
}
