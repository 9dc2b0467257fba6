package io.patchbay.engine.transfer;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.transfer.ImportChunk;
import io.patchbay.api.transfer.ImportOutcome;
import io.patchbay.api.transfer.ImportRow;
import io.patchbay.api.transfer.ImportState;
import io.patchbay.engine.collections.Catalog;
import io.patchbay.engine.collections.CollectionEntry;
import io.patchbay.engine.collections.SystemCollection;
import io.patchbay.engine.collections.SystemEntries;
import io.patchbay.engine.documents.Caller;
import io.patchbay.engine.documents.DocumentQueries;
import io.patchbay.engine.documents.Failures;
import io.patchbay.engine.session.SessionParts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Writes an import's rows together with a record of how far it has come, which must not have moved: so each row is written once, whoever was killed in between. Any thread that may wait.
 */
final class Imports {
    private static final String RECORDS = SystemCollection.IMPORTS.label();

    private final SessionParts parts;
    private final Catalog catalog;
    private final DocumentQueries queries;
    private final Caller node = new Caller() {
        @Override
        public Identity identity() {
            return Identity.SYSTEM;
        }

        @Override
        public CollectionEntry require(String collection) {
            return SystemEntries.find(collection).orElseGet(() -> catalog.require(collection));
        }
    };

    Imports(SessionParts parts, DocumentQueries queries) {
        this.parts = parts;
        this.catalog = parts.catalog();
        this.queries = queries;
    }

    Optional<ImportState> find(String collection, String name) {
        return findRecord(ImportRecord.id(require(collection), name))
                .map(record -> ImportRecord.read(record.data()))
                .filter(state -> !isForgotten(state));
    }

    ImportState begin(String collection, String name, String options) {
        CollectionEntry entry = require(collection);
        if (name.isEmpty() || name.length() > ImportChunk.NAME_CHARS) {
            throw new PatchbayException(
                    ErrorCode.NAME_INVALID, "An import's name has 1 to " + ImportChunk.NAME_CHARS + " characters.");
        }
        forgetOldOnes();
        ImportState state = new ImportState(options, 0, "", 0, 0, now(), Optional.empty());
        commit(List.of(record(ImportRecord.id(entry, name), entry, name, state, Precondition.ANY)));
        return state;
    }

    ImportOutcome write(ImportChunk chunk) {
        CollectionEntry entry = require(chunk.collection());
        String id = ImportRecord.id(entry, chunk.name());
        Document record = findRecord(id).orElseThrow(() -> neverBegun(chunk));
        ImportState state = ImportRecord.read(record.data());
        if (state.rows() != chunk.after() || state.endedAt().isPresent()) {
            throw standsElsewhere(chunk, state.rows());
        }
        ImportState next = after(state, chunk);
        List<Operation> operations = new ArrayList<>(chunk.rows().size() + 1);
        operations.add(record(id, entry, chunk.name(), next, new Precondition.AtRevision(record.revision())));
        Precondition expected = chunk.replace() ? Precondition.ANY : Precondition.ABSENT;
        for (ImportRow row : chunk.rows()) {
            operations.add(new Operation.Put(
                    entry.name(), row.id(), row.data(), row.id().isPresent() ? expected : Precondition.ANY));
        }
        return writeUnlessPresent(chunk, entry, operations, next);
    }

    List<Integer> findPresent(String collection, List<String> ids) {
        CollectionEntry entry = require(collection);
        return present(entry, ids.stream().map(Optional::of).toList());
    }

    private ImportOutcome writeUnlessPresent(
            ImportChunk chunk, CollectionEntry entry, List<Operation> operations, ImportState next) {
        for (int attempt = 0; ; attempt++) {
            Map<Integer, String> refused = new TreeMap<>();
            try {
                TransactionRequest request = new TransactionRequest(operations, Optional.empty());
                TransactionResult result = await(parts.writes().commit(node, request, refusals -> {
                    // The first operation is the record.
                    refusals.forEach((place, refusal) -> refused.put(place - 1, refusal.getMessage()));
                }));
                return new ImportOutcome.Written(next, result.position());
            } catch (PatchbayException e) {
                if (e.code() == ErrorCode.HOOK_REFUSED && !refused.isEmpty()) {
                    return new ImportOutcome.Refused(refused);
                }
                if (e.code() != ErrorCode.REVISION_CONFLICT) {
                    throw e;
                }
                if (RECORDS.equals(e.details().get("collection"))) {
                    throw new PatchbayException(
                            ErrorCode.CONFLICT,
                            "Another command carries out the import '" + chunk.name() + "' at the same time.");
                }
                List<Integer> present =
                        present(entry, chunk.rows().stream().map(ImportRow::id).toList());
                if (!present.isEmpty()) {
                    return new ImportOutcome.Present(present);
                }
                // Whoever was in the way has been deleted again since.
                if (attempt >= Limits.PATCH_RETRIES) {
                    throw e;
                }
            }
        }
    }

    private List<Integer> present(CollectionEntry entry, List<Optional<String>> ids) {
        List<Integer> present = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            Optional<String> id = ids.get(i);
            if (id.isPresent() && queries.find(entry.id(), id.get()).isPresent()) {
                present.add(i);
            }
        }
        return present;
    }

    private ImportState after(ImportState state, ImportChunk chunk) {
        return new ImportState(
                state.options(),
                chunk.through(),
                chunk.digest(),
                state.written() + chunk.rows().size(),
                state.skipped() + chunk.skipped(),
                state.startedAt(),
                chunk.last() ? Optional.of(now()) : Optional.empty());
    }

    private static Operation record(
            String id, CollectionEntry entry, String name, ImportState state, Precondition precondition) {
        return new Operation.Put(RECORDS, Optional.of(id), ImportRecord.of(entry, name, state), precondition);
    }

    /** The records are bounded by their age; what a page of them does not show goes the next time. */
    private void forgetOldOnes() {
        List<Operation> deletes = new ArrayList<>();
        for (Document record : parts.reads()
                .list(node, new ListRequest(RECORDS, Optional.empty(), List.of(), Limits.LIST_MAX, Optional.empty()))
                .items()) {
            if (isForgotten(ImportRecord.read(record.data()))) {
                deletes.add(new Operation.Delete(RECORDS, record.id(), Precondition.ANY));
            }
        }
        if (!deletes.isEmpty()) {
            commit(deletes);
        }
    }

    private boolean isForgotten(ImportState state) {
        Instant until = state.endedAt()
                .map(end -> end.plus(ImportState.KEPT_AFTER_END))
                .orElseGet(() -> state.startedAt().plus(ImportState.KEPT_UNENDED));
        return until.isBefore(now());
    }

    private Instant now() {
        return Instant.ofEpochMilli(parts.clock().millis());
    }

    private CollectionEntry require(String collection) {
        catalog.awaitLoaded();
        return catalog.require(collection);
    }

    private Optional<Document> findRecord(String id) {
        return parts.reads().find(node, RECORDS, id);
    }

    private TransactionResult commit(List<Operation> operations) {
        return await(parts.writes().commit(node, new TransactionRequest(operations, Optional.empty())));
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(Limits.REQUEST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw Failures.of(e);
        } catch (TimeoutException e) {
            throw new PatchbayException(
                    ErrorCode.TIMEOUT,
                    "The store took longer than " + Limits.REQUEST.toSeconds()
                            + " s; whether the rows are written is unknown.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.");
        }
    }

    private static PatchbayException neverBegun(ImportChunk chunk) {
        return new PatchbayException(
                ErrorCode.NOT_FOUND,
                "No import called '" + chunk.name() + "' into '" + chunk.collection() + "' was begun.");
    }

    private static PatchbayException standsElsewhere(ImportChunk chunk, long rows) {
        return new PatchbayException(
                ErrorCode.CONFLICT,
                "The import '" + chunk.name() + "' stands at row " + rows + ", not at " + chunk.after() + ".",
                Map.of("rows", rows));
    }
}
