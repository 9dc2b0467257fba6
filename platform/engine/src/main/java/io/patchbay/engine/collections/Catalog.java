package io.patchbay.engine.collections;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Transaction;
import io.patchbay.engine.commit.CommitListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What names of collections mean. Read from the store when it is opened, and changed with every transaction that changes a definition, before its caller hears of it.
 *
 * <p>Written by the committer's thread (or whoever holds the committer); read by any thread, which sees one whole state.
 */
public final class Catalog implements CommitListener {
    /** The document that says which internal id is given next; no collection can have this name. */
    static final String NEXT_ID = "#next";
    /** Before the internal id of a deleted collection: a document that remembers its name, for readers of the feed. */
    static final String DELETED = "#";

    private static final Snapshot EMPTY = new Snapshot(Map.of(), Map.of(), Map.of(), SystemCollection.FIRST_USER_ID, 0);

    private final CountDownLatch loaded = new CountDownLatch(1);
    private final List<Consumer<List<CollectionEntry>>> listeners = new CopyOnWriteArrayList<>();
    private volatile Snapshot now = EMPTY;

    private record Snapshot(
            Map<String, CollectionEntry> byName,
            Map<Long, CollectionEntry> byId,
            Map<Long, String> deletedNames,
            long nextId,
            long nextIdRevision) {}

    /** Calls {@code listener} with all entries after the store was opened, and after a definition changed; on the committer's thread: it hands work on. */
    public void onChange(Consumer<List<CollectionEntry>> listener) {
        listeners.add(listener);
    }

    @Override
    public void synced(DocumentStore store) {
        Map<String, StoredDocument> documents = new TreeMap<>();
        StoreQuery all = new StoreQuery(
                SystemCollection.COLLECTIONS.id(), Optional.empty(), List.of(), Optional.empty(), Integer.MAX_VALUE);
        try (DocumentScan scan = store.query(all)) {
            StoredDocument document = scan.next();
            while (document != null) {
                documents.put(document.id(), document);
                document = scan.next();
            }
        }
        Snapshot snapshot = EMPTY;
        for (StoredDocument document : documents.values()) {
            snapshot = with(snapshot, document.id(), Optional.of(document));
        }
        now = snapshot;
        loaded.countDown();
        tell();
    }

    @Override
    public void committed(List<Transaction> transactions) {
        Snapshot snapshot = now;
        for (Transaction transaction : transactions) {
            for (Mutation mutation : transaction.mutations()) {
                if (mutation.collection() == SystemCollection.COLLECTIONS.id()) {
                    snapshot = with(snapshot, mutation.id(), mutation.after());
                }
            }
        }
        if (snapshot != now) {
            now = snapshot;
            tell();
        }
    }

    private void tell() {
        List<CollectionEntry> entries = entries();
        listeners.forEach(listener -> listener.accept(entries));
    }

    private static Snapshot with(Snapshot before, String id, Optional<StoredDocument> document) {
        if (id.equals(NEXT_ID)) {
            long next = document.flatMap(d -> d.data().findInt("next")).orElse(SystemCollection.FIRST_USER_ID);
            long revision = document.map(StoredDocument::revision).orElse(0L);
            return new Snapshot(before.byName, before.byId, before.deletedNames, next, revision);
        }
        if (id.startsWith(DELETED)) {
            Map<Long, String> names = new HashMap<>(before.deletedNames);
            document.flatMap(d -> d.data().findText("name"))
                    .ifPresentOrElse(
                            name -> names.put(Long.valueOf(id.substring(1)), name),
                            () -> names.remove(Long.valueOf(id.substring(1))));
            return new Snapshot(before.byName, before.byId, Map.copyOf(names), before.nextId, before.nextIdRevision);
        }
        Map<String, CollectionEntry> byName = new TreeMap<>(before.byName);
        Map<Long, CollectionEntry> byId = new HashMap<>(before.byId);
        CollectionEntry old = byName.remove(id);
        if (old != null) {
            byId.remove(old.id());
        }
        if (document.isPresent()) {
            CollectionEntry entry = DefinitionRecord.read(document.get());
            byName.put(id, entry);
            byId.put(entry.id(), entry);
        }
        return new Snapshot(byName, byId, before.deletedNames, before.nextId, before.nextIdRevision);
    }

    /** Whether the definitions have been read. Never waits. */
    public boolean isLoaded() {
        return loaded.getCount() == 0;
    }

    /**
     * Waits, bounded, until the definitions have been read.
     *
     * @throws PatchbayException STORE_UNAVAILABLE
     */
    public void awaitLoaded() {
        try {
            if (loaded.await(Limits.LEASE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The document store is not open yet.");
    }

    /**
     * A collection of users.
     *
     * @throws PatchbayException COLLECTION_NOT_FOUND
     */
    public CollectionEntry require(String name) {
        CollectionEntry entry = now.byName.get(name);
        if (entry == null || entry.deleting()) {
            String shown = name.length() > Limits.NAME_CHARS ? name.substring(0, Limits.NAME_CHARS) + "..." : name;
            throw new PatchbayException(ErrorCode.COLLECTION_NOT_FOUND, "There is no collection '" + shown + "'.");
        }
        return entry;
    }

    /** Also one that is being deleted. */
    Optional<CollectionEntry> find(String name) {
        return Optional.ofNullable(now.byName.get(name));
    }

    /** By internal id: a collection of users that is there, or is being deleted. */
    public Optional<CollectionEntry> find(long id) {
        return Optional.ofNullable(now.byId.get(id));
    }

    /** The name that a collection of users has, or had before it was deleted. */
    public Optional<String> findName(long id) {
        Snapshot snapshot = now;
        CollectionEntry entry = snapshot.byId.get(id);
        return entry != null ? Optional.of(entry.name()) : Optional.ofNullable(snapshot.deletedNames.get(id));
    }

    /** All collections of users, by name; also those that are being deleted. */
    public List<CollectionEntry> entries() {
        return new ArrayList<>(now.byName.values());
    }

    /** The internal id that the next collection gets, and the revision of the document that says so. */
    NextId nextId() {
        Snapshot snapshot = now;
        return new NextId(snapshot.nextId, snapshot.nextIdRevision);
    }

    record NextId(long id, long revision) {}
}
