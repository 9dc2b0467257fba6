package io.patchbay.engine.collections;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.CollectionInfo;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.engine.commit.CommitOutcome;
import io.patchbay.engine.commit.Committer;
import io.patchbay.engine.commit.Guard;
import io.patchbay.engine.commit.PreparedWrite;
import io.patchbay.engine.store.StoreSlot;
import io.patchbay.engine.store.StoreUse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * Creates, changes and deletes collections. Definitions are documents, so they go through the committer like all others: two admins at the same time can't overwrite each other unseen.
 *
 * <p>Every call waits for the commit: the readers' threads only.
 */
public final class CollectionAdmin {
    /** Documents per transaction when a collection is deleted: others get their turn in between. */
    private static final int DELETE_CHUNK = 1000;

    private static final long COLLECTIONS = SystemCollection.COLLECTIONS.id();

    private final Catalog catalog;
    private final Committer committer;
    private final StoreSlot slot;
    private final IndexKeeper indexes;

    public CollectionAdmin(Catalog catalog, Committer committer, StoreSlot slot, IndexKeeper indexes) {
        this.catalog = catalog;
        this.committer = committer;
        this.slot = slot;
        this.indexes = indexes;
    }

    public List<CollectionInfo> list() {
        catalog.awaitLoaded();
        return catalog.entries().stream()
                .filter(entry -> !entry.deleting())
                .map(CollectionEntry::info)
                .toList();
    }

    public CollectionInfo get(String name) {
        catalog.awaitLoaded();
        return catalog.require(name).info();
    }

    /** The indexes are there when it returns. */
    public CollectionInfo create(CollectionDefinition definition) {
        CollectionNames.require(definition);
        catalog.awaitLoaded();
        for (int attempt = 0; attempt <= Limits.PATCH_RETRIES; attempt++) {
            requireNew(definition.name());
            Catalog.NextId next = catalog.nextId();
            CollectionInfo info = new CollectionInfo(definition, next.id());
            List<PreparedWrite> writes = List.of(
                    put(Catalog.NEXT_ID, Value.struct("next", Value.of(next.id() + 1)), Precondition.ANY),
                    put(definition.name(), DefinitionRecord.write(info, false), Precondition.ABSENT));
            if (commit(writes, List.of(guard(Catalog.NEXT_ID, next.revision())))) {
                indexes.await(info.id());
                return info;
            }
        }
        throw busy(definition.name());
    }

    private void requireNew(String name) {
        Optional<CollectionEntry> there = catalog.find(name);
        if (there.isPresent()) {
            throw there.get().deleting()
                    ? new PatchbayException(
                            ErrorCode.CONFLICT,
                            "The collection '" + name + "' is still being deleted; try again in a moment.")
                    : new PatchbayException(ErrorCode.ALREADY_EXISTS, "There is a collection '" + name + "' already.");
        }
    }

    /** New indexes are built in the background; queries can use them when they are there. */
    public CollectionInfo update(CollectionDefinition definition) {
        CollectionNames.require(definition);
        catalog.awaitLoaded();
        for (int attempt = 0; attempt <= Limits.PATCH_RETRIES; attempt++) {
            CollectionEntry before = catalog.require(definition.name());
            CollectionInfo info = new CollectionInfo(definition, before.id());
            try (StoreUse use = slot.use()) {
                use.store().checkIndexes(info.id(), definition.indexes());
            }
            PreparedWrite write = put(definition.name(), DefinitionRecord.write(info, false), Precondition.ANY);
            if (commit(List.of(write), List.of(guard(definition.name(), before.revision())))) {
                return info;
            }
        }
        throw busy(definition.name());
    }

    /** Marks it first, so that nobody writes to it any more; a node that stops in between goes on at the next start. */
    public void delete(String name) {
        catalog.awaitLoaded();
        for (int attempt = 0; attempt <= Limits.PATCH_RETRIES; attempt++) {
            CollectionEntry entry = catalog.require(name);
            PreparedWrite mark = put(name, DefinitionRecord.write(entry.info(), true), Precondition.ANY);
            if (commit(List.of(mark), List.of(guard(name, entry.revision())))) {
                finishDelete(catalog.find(name).orElseThrow());
                return;
            }
        }
        throw busy(name);
    }

    /** Goes on with deletes that an earlier run of the node has begun. */
    public void finishDeletes() {
        for (CollectionEntry entry : catalog.entries()) {
            if (entry.deleting()) {
                finishDelete(entry);
            }
        }
    }

    private void finishDelete(CollectionEntry entry) {
        List<PreparedWrite> chunk = nextChunk(entry);
        while (!chunk.isEmpty()) {
            commit(chunk, List.of());
            chunk = nextChunk(entry);
        }
        PreparedWrite forget = new PreparedWrite(
                PreparedWrite.Kind.DELETE,
                COLLECTIONS,
                SystemCollection.COLLECTIONS.label(),
                entry.name(),
                Optional.empty(),
                new byte[0],
                Precondition.ANY,
                false);
        PreparedWrite remember =
                put(Catalog.DELETED + entry.id(), Value.struct("name", Value.of(entry.name())), Precondition.ANY);
        commit(List.of(forget, remember), List.of(guard(entry.name(), entry.revision())));
    }

    private List<PreparedWrite> nextChunk(CollectionEntry entry) {
        List<PreparedWrite> chunk = new ArrayList<>(DELETE_CHUNK);
        StoreQuery all = new StoreQuery(entry.id(), Optional.empty(), List.of(), Optional.empty(), DELETE_CHUNK);
        try (StoreUse use = slot.use();
                DocumentScan scan = use.store().query(all)) {
            StoredDocument document = scan.next();
            while (document != null && chunk.size() < DELETE_CHUNK) {
                chunk.add(new PreparedWrite(
                        PreparedWrite.Kind.DELETE,
                        entry.id(),
                        entry.name(),
                        document.id(),
                        Optional.empty(),
                        new byte[0],
                        Precondition.ANY,
                        false));
                document = scan.next();
            }
        }
        return chunk;
    }

    private static Guard guard(String id, long revision) {
        return new Guard(new DocumentKey(COLLECTIONS, id), revision);
    }

    private static PreparedWrite put(String id, Value.Struct data, Precondition precondition) {
        return new PreparedWrite(
                PreparedWrite.Kind.PUT,
                COLLECTIONS,
                SystemCollection.COLLECTIONS.label(),
                id,
                Optional.of(data),
                Cbor.encode(data),
                precondition,
                false);
    }

    private boolean commit(List<PreparedWrite> writes, List<Guard> guards) {
        try {
            return committer
                            .submit(writes, guards, Optional.empty())
                            .toCompletableFuture()
                            .join()
                    instanceof CommitOutcome.Done;
        } catch (CompletionException e) {
            if (e.getCause() instanceof PatchbayException failure) {
                // Only a new definition has a precondition: someone else was faster.
                if (failure.code() == ErrorCode.REVISION_CONFLICT) {
                    return false;
                }
                throw failure;
            }
            throw e;
        }
    }

    private static PatchbayException busy(String name) {
        return new PatchbayException(
                ErrorCode.RETRIES_EXHAUSTED,
                "Others keep changing collections at the same time as '" + name + "'; try again.");
    }
}
