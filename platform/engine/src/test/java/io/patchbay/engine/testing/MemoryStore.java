package io.patchbay.engine.testing;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.LoadBatch;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Totals;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.feed.Change;
import io.patchbay.api.query.Expression;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Answers queries in id order and filters nothing, so that the engine does the most. Commits can be held up or made to fail. What it holds outlives its closing, as files would. */
public final class MemoryStore implements DocumentStore {
    private static final Comparator<DocumentKey> BY_KEY = Comparator.comparingLong(DocumentKey::collection)
            .thenComparing(key -> key.id().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    /** What a folder would hold. */
    public static final class Files {
        private final TreeMap<DocumentKey, StoredDocument> documents = new TreeMap<>(BY_KEY);
        private final List<Change> changes = new ArrayList<>();
        private final NavigableMap<List<String>, Outcome> outcomes = new TreeMap<>(
                Comparator.comparing((List<String> key) -> key.get(0)).thenComparing(key -> key.get(1)));
        private StoreState state = new StoreState("", 0, 0, Totals.ZERO);
        private boolean open;
    }

    /** Taken for each commit: a test that takes them all holds commits up. */
    public final Semaphore mayCommit = new Semaphore(Integer.MAX_VALUE / 2);
    /** How many of the next commits fail. */
    public final AtomicInteger failingCommits = new AtomicInteger();
    /** How many of the next commits end in an Error, as when a class is missing. */
    public final AtomicInteger brokenCommits = new AtomicInteger();
    /** How many of the next commits become durable and fail then. */
    public final AtomicInteger failingLate = new AtomicInteger();

    public final AtomicInteger loads = new AtomicInteger();
    /** Whether it loses a document of each load, silently. */
    public volatile boolean forgetsALoad;
    /** Whether each load ends in an Error. */
    public volatile boolean loadsAreBroken;

    public final AtomicInteger commits = new AtomicInteger();
    public final Map<Long, List<IndexDefinition>> indexes = new ConcurrentHashMap<>();

    private final Files files;
    private volatile boolean closed;

    public MemoryStore(Files files) {
        this.files = files;
        synchronized (files) {
            if (files.open) {
                throw new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The store is open elsewhere.");
            }
            files.open = true;
        }
    }

    /** Behind the store's back, as a faulty disk would: {@code null} removes it. Its totals stay as they were. */
    public void damage(DocumentKey key, @Nullable StoredDocument document) {
        synchronized (files) {
            if (document == null) {
                files.documents.remove(key);
            } else {
                files.documents.put(key, document);
            }
        }
    }

    /** Loses the kept change at {@code offset}, behind the store's back. */
    public void loseChange(long offset) {
        synchronized (files) {
            files.changes.removeIf(change -> change.offset() == offset);
        }
    }

    /** Loses the outcome of {@code key}, behind the store's back. */
    public void loseOutcome(String key) {
        synchronized (files) {
            files.outcomes
                    .keySet()
                    .removeIf(identityAndKey -> identityAndKey.get(1).equals(key));
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The store is closed.");
        }
    }

    @Override
    public StoreState state() {
        synchronized (files) {
            return files.state;
        }
    }

    @Override
    public void begin(String epoch, long lastOffset) {
        synchronized (files) {
            files.documents.clear();
            files.changes.clear();
            files.outcomes.clear();
            files.state = new StoreState(epoch, lastOffset, lastOffset, Totals.ZERO);
        }
    }

    @Override
    public void commit(CommitBatch batch) {
        requireOpen();
        mayCommit.acquireUninterruptibly();
        mayCommit.release();
        if (failingCommits.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            throw new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The disk is full.");
        }
        if (brokenCommits.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            throw new NoClassDefFoundError("org/example/Gone");
        }
        commits.incrementAndGet();
        synchronized (files) {
            batch.transactions().forEach(this::write);
            files.state = new StoreState(
                    files.state.epoch(), batch.lastOffset(), files.state.trimmedThrough(), batch.totals());
        }
        if (failingLate.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            throw new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The disk answered too late.");
        }
    }

    private void write(Transaction transaction) {
        int index = 0;
        for (Mutation mutation : transaction.mutations()) {
            DocumentKey key = new DocumentKey(mutation.collection(), mutation.id());
            StoredDocument before = files.documents.get(key);
            long expected = mutation.before().map(StoredDocument::revision).orElse(0L);
            if ((before == null ? 0 : before.revision()) != expected) {
                throw new AssertionError("the before-image of " + key + " is wrong");
            }
            mutation.after()
                    .ifPresentOrElse(after -> files.documents.put(key, after), () -> files.documents.remove(key));
            files.changes.add(new Change(
                    transaction.offset(),
                    index++,
                    mutation.collection(),
                    mutation.id(),
                    transaction.committedAtMs(),
                    mutation.after()));
        }
        transaction
                .outcome()
                .ifPresent(outcome -> files.outcomes.put(List.of(outcome.identity(), outcome.key()), outcome));
    }

    @Override
    public Optional<StoredDocument> find(long collection, String id) {
        requireOpen();
        synchronized (files) {
            return Optional.ofNullable(files.documents.get(new DocumentKey(collection, id)));
        }
    }

    @Override
    public Optional<Outcome> findOutcome(String identity, String key) {
        requireOpen();
        synchronized (files) {
            return Optional.ofNullable(files.outcomes.get(List.of(identity, key)));
        }
    }

    @Override
    public DocumentScan query(StoreQuery query) {
        requireOpen();
        boolean byId = query.sort().isEmpty();
        List<StoredDocument> found = new ArrayList<>();
        synchronized (files) {
            DocumentKey from = new DocumentKey(
                    query.collection(),
                    byId && query.after().isPresent() ? query.after().get().id() : "");
            for (StoredDocument document : files.documents.tailMap(from, false).values()) {
                if (document.collection() != query.collection()) {
                    break;
                }
                found.add(document);
            }
        }
        Iterator<StoredDocument> documents = found.iterator();
        return new DocumentScan() {
            @Override
            public Optional<Expression> residual() {
                return query.filter();
            }

            @Override
            public boolean ordered() {
                return byId;
            }

            @Override
            public boolean indexed() {
                return false;
            }

            @Override
            public @Nullable StoredDocument next() {
                requireOpen();
                return documents.hasNext() ? documents.next() : null;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public List<Change> readChanges(long offset, int limit) {
        requireOpen();
        synchronized (files) {
            if (offset < files.state.trimmedThrough()) {
                throw new PatchbayException(ErrorCode.HISTORY_GONE, "Trimmed.");
            }
            List<Change> found = new ArrayList<>();
            for (Change change : files.changes) {
                if (change.offset() > offset) {
                    boolean whole =
                            found.isEmpty() || found.get(found.size() - 1).offset() != change.offset();
                    if (whole && found.size() >= limit) {
                        break;
                    }
                    found.add(change);
                }
            }
            return found;
        }
    }

    @Override
    public void trimChanges(long offset, long nowMs) {
        synchronized (files) {
            files.changes.removeIf(change -> change.offset() <= offset);
            files.outcomes.values().removeIf(outcome -> outcome.expiresAtMs() < nowMs);
            StoreState state = files.state;
            files.state = new StoreState(
                    state.epoch(), state.lastOffset(), Math.max(offset, state.trimmedThrough()), state.totals());
        }
    }

    @Override
    public long changeBytes() {
        synchronized (files) {
            return files.changes.stream()
                    .mapToLong(change ->
                            100 + change.document().map(d -> d.body().length).orElse(0))
                    .sum();
        }
    }

    @Override
    public void defineIndexes(long collection, List<IndexDefinition> wanted) {
        indexes.put(collection, wanted);
    }

    @Override
    public List<StoredDocument> scanDocuments(Optional<DocumentKey> after, int limit) {
        synchronized (files) {
            return (after.isPresent() ? files.documents.tailMap(after.get(), false) : files.documents)
                    .values().stream().limit(limit).toList();
        }
    }

    @Override
    public List<Outcome> scanOutcomes(Optional<Outcome> after, int limit) {
        synchronized (files) {
            return after
                    .map(last -> files.outcomes.tailMap(List.of(last.identity(), last.key()), false))
                    .orElse(files.outcomes)
                    .values()
                    .stream()
                    .limit(limit)
                    .toList();
        }
    }

    @Override
    public void load(LoadBatch batch) {
        if (loadsAreBroken) {
            throw new NoClassDefFoundError("org/example/Gone");
        }
        synchronized (files) {
            batch.documents().forEach(d -> files.documents.put(new DocumentKey(d.collection(), d.id()), d));
            files.changes.addAll(batch.changes());
            batch.outcomes()
                    .forEach(outcome -> files.outcomes.put(List.of(outcome.identity(), outcome.key()), outcome));
            loads.incrementAndGet();
            if (forgetsALoad && !batch.documents().isEmpty()) {
                files.documents.remove(new DocumentKey(
                        batch.documents().get(0).collection(),
                        batch.documents().get(0).id()));
            }
        }
    }

    @Override
    public void finishLoad(StoreState state) {
        synchronized (files) {
            files.state = state;
        }
    }

    @Override
    public Optional<String> findFault() {
        return closed ? Optional.of("It is closed.") : Optional.empty();
    }

    @Override
    public void close() {
        synchronized (files) {
            if (!closed) {
                files.open = false;
            }
            closed = true;
        }
    }
}
