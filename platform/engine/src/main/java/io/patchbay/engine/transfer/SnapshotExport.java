package io.patchbay.engine.transfer;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.feed.Position;
import io.patchbay.api.query.SeekKey;
import io.patchbay.api.query.ValueOrder;
import io.patchbay.api.transfer.Export;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.collections.CollectionEntry;
import io.patchbay.engine.commit.CommitListener;
import io.patchbay.engine.commit.Committer;
import io.patchbay.engine.commit.CommitterPause;
import io.patchbay.engine.documents.DocumentQueries;
import io.patchbay.engine.feed.DocumentMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a collection page by page, in the order of ids, while writers write, and gives it out as it stood at one position: what a commit behind that position changes in the part that is still to
 * be read, it keeps as it was before.
 *
 * <p>So no store needs long-lived snapshots, nothing is locked, and the store may even be swapped meanwhile. What is kept is bounded. One thread reads; the committer's thread tells of changes.
 */
final class SnapshotExport implements Export, CommitListener {
    /** Bytes of documents that were changed before they were read. */
    static final long KEPT_BYTES = 64L << 20;

    /** What an entry costs beside its document. */
    private static final int ENTRY_BYTES = 200;

    private final CollectionEntry collection;
    private final Visibility wanted;
    private final Committer committer;
    private final DocumentQueries queries;
    private final Consumer<SnapshotExport> onClose;
    // Set before the committer goes on with this as its listener.
    private Position position = new Position("none", 0);
    private boolean ended;

    // Guarded by this: what changed behind the position and was not read yet, as it was; where reading has come to;
    // why it can't go on.
    private final NavigableMap<String, Optional<StoredDocument>> before = new TreeMap<>(ValueOrder::compareTexts);
    private long beforeBytes;
    private @Nullable String readThrough;
    private @Nullable PatchbayException failure;

    private SnapshotExport(
            CollectionEntry collection,
            Visibility wanted,
            Committer committer,
            DocumentQueries queries,
            Consumer<SnapshotExport> onClose) {
        this.collection = collection;
        this.wanted = wanted;
        this.committer = committer;
        this.queries = queries;
        this.onClose = onClose;
    }

    static SnapshotExport open(
            CollectionEntry collection,
            Visibility wanted,
            Committer committer,
            DocumentQueries queries,
            Consumer<SnapshotExport> onClose) {
        SnapshotExport export = new SnapshotExport(collection, wanted, committer, queries, onClose);
        try (CommitterPause pause = committer.pause(Limits.WRITER_WAIT)) {
            export.position = new Position(pause.state().epoch(), pause.state().lastOffset());
            committer.addListener(export);
        }
        return export;
    }

    @Override
    public Position position() {
        return position;
    }

    @Override
    public List<Document> next(Runnable onNothing) {
        while (!ended) {
            List<Document> documents = readPage();
            if (!documents.isEmpty()) {
                return documents;
            }
            onNothing.run();
        }
        return List.of();
    }

    private List<Document> readPage() {
        Optional<SeekKey> after = Optional.ofNullable(readThrough).map(id -> new SeekKey(List.of(), id));
        DocumentQueries.Found page = queries.find(collection, Visibility.ALL, List.of(), after, Limits.LIST_MAX);
        // The store may show a commit that its listeners have not heard of yet. Once the turn was ours, they have.
        committer.exclusively(Limits.WRITER_WAIT, () -> {});
        List<StoredDocument> documents = asOfPosition(page);
        return documents.stream()
                .filter(wanted::includes)
                .map(document -> new Document(collection.name(), document))
                .toList();
    }

    private synchronized List<StoredDocument> asOfPosition(DocumentQueries.Found page) {
        if (failure != null) {
            throw failure;
        }
        NavigableMap<String, StoredDocument> documents = new TreeMap<>(ValueOrder::compareTexts);
        page.documents().forEach(document -> documents.put(document.id(), document));
        NavigableMap<String, Optional<StoredDocument>> changed = before;
        if (page.more()) {
            String through = documents.lastKey();
            changed = before.headMap(through, true);
            readThrough = through;
        } else {
            ended = true;
        }
        changed.forEach((id, was) -> was.ifPresentOrElse(old -> documents.put(id, old), () -> documents.remove(id)));
        changed.values().forEach(was -> beforeBytes -= bytes(was));
        changed.clear();
        return new ArrayList<>(documents.values());
    }

    @Override
    public void synced(DocumentStore store) {
        StoreState state = store.state();
        if (!state.epoch().equals(position.epoch())) {
            fail(new PatchbayException(
                    ErrorCode.HISTORY_GONE, "The store has begun another history; start the export again."));
        }
    }

    @Override
    public synchronized void committed(List<Transaction> transactions) {
        for (Transaction transaction : transactions) {
            for (Mutation mutation : transaction.mutations()) {
                if (mutation.collection() == collection.id() && isToBeRead(mutation.id())) {
                    keep(mutation.id(), mutation.before());
                }
            }
        }
    }

    private boolean isToBeRead(String id) {
        return !ended && failure == null && (readThrough == null || ValueOrder.compareTexts(id, readThrough) > 0);
    }

    private void keep(String id, Optional<StoredDocument> was) {
        if (before.putIfAbsent(id, was) == null) {
            beforeBytes += bytes(was);
            if (beforeBytes > KEPT_BYTES) {
                fail(
                        new PatchbayException(
                                ErrorCode.LIMIT_EXCEEDED,
                                "More than " + (KEPT_BYTES >> 20)
                                        + " MiB of documents were changed while the export ran; run it again when less is written, or read it faster."));
            }
        }
    }

    private synchronized void fail(PatchbayException why) {
        failure = why;
        before.clear();
        beforeBytes = 0;
    }

    synchronized long keptBytes() {
        return beforeBytes;
    }

    private static long bytes(Optional<StoredDocument> was) {
        return ENTRY_BYTES + DocumentMemory.bytes(was);
    }

    @Override
    public void close() {
        committer.removeListener(this);
        onClose.accept(this);
    }
}
