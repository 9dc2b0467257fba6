package io.patchbay.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Totals;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Change;
import io.patchbay.api.query.OrderedKey;
import io.patchbay.api.query.SeekKey;
import io.patchbay.api.query.SortField;
import io.patchbay.api.query.ValueOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a store should hold: plain collections, and the simplest code that can be right. Also makes the batches, as the committer would. Used by one thread. */
public final class StoreModel {
    private static final Comparator<String> BY_UTF_8 =
            Comparator.comparing(text -> text.getBytes(UTF_8), Arrays::compareUnsigned);
    private static final Comparator<DocumentKey> BY_KEY =
            Comparator.comparing(DocumentKey::collection).thenComparing(DocumentKey::id, BY_UTF_8);

    private final Map<DocumentKey, StoredDocument> documents = new TreeMap<>(BY_KEY);
    private final List<Change> changes = new ArrayList<>();
    private final Map<List<String>, Outcome> outcomes =
            new TreeMap<>(Comparator.<List<String>, String>comparing(key -> key.get(0), BY_UTF_8)
                    .thenComparing(key -> key.get(1), BY_UTF_8));
    private StoreState state;

    public StoreModel(String epoch, long lastOffset) {
        state = new StoreState(epoch, lastOffset, lastOffset, Totals.ZERO);
    }

    public StoreState state() {
        return state;
    }

    /** A mutation that puts {@code data}; its revision is the next offset plus {@code ahead}. */
    public Mutation put(long collection, String id, Value.Struct data, int ahead) {
        long revision = state.lastOffset() + 1 + ahead;
        return new Mutation(
                collection,
                id,
                find(collection, id),
                Optional.of(StoredDocument.of(collection, id, revision, timeOf(revision), data)));
    }

    public Mutation delete(long collection, String id) {
        return new Mutation(collection, id, find(collection, id), Optional.empty());
    }

    /** Milliseconds at which a transaction is said to be committed. */
    public static long timeOf(long offset) {
        return 1_700_000_000_000L + offset;
    }

    /** A batch of one transaction, applied here; the caller gives it to the store. */
    public CommitBatch commit(Mutation... mutations) {
        return commit(List.of(mutations), Optional.empty());
    }

    /** A batch of one transaction, applied here; the caller gives it to the store. */
    public CommitBatch commit(List<Mutation> mutations, Optional<Outcome> outcome) {
        long offset = state.lastOffset() + 1;
        Transaction transaction = new Transaction(offset, timeOf(offset), mutations, outcome);
        apply(transaction);
        return new CommitBatch(List.of(transaction), state.totals());
    }

    /** Several batches as one. */
    public static CommitBatch merge(List<CommitBatch> batches) {
        List<Transaction> transactions =
                batches.stream().flatMap(batch -> batch.transactions().stream()).toList();
        return new CommitBatch(transactions, batches.get(batches.size() - 1).totals());
    }

    private void apply(Transaction transaction) {
        Totals totals = state.totals();
        int index = 0;
        for (Mutation mutation : transaction.mutations()) {
            totals = totals.after(mutation);
            DocumentKey key = new DocumentKey(mutation.collection(), mutation.id());
            mutation.after().ifPresentOrElse(document -> documents.put(key, document), () -> documents.remove(key));
            changes.add(new Change(
                    transaction.offset(),
                    index++,
                    mutation.collection(),
                    mutation.id(),
                    transaction.committedAtMs(),
                    mutation.after()));
        }
        transaction.outcome().ifPresent(outcome -> outcomes.put(List.of(outcome.identity(), outcome.key()), outcome));
        state = new StoreState(state.epoch(), transaction.offset(), state.trimmedThrough(), totals);
    }

    public void trim(long offset, long nowMs) {
        changes.removeIf(change -> change.offset() <= offset);
        outcomes.values().removeIf(outcome -> outcome.expiresAtMs() < nowMs);
        state = new StoreState(
                state.epoch(), state.lastOffset(), Math.max(state.trimmedThrough(), offset), state.totals());
    }

    public Optional<StoredDocument> find(long collection, String id) {
        return Optional.ofNullable(documents.get(new DocumentKey(collection, id)));
    }

    public List<StoredDocument> documents() {
        return List.copyOf(documents.values());
    }

    public List<Change> changesAfter(long offset) {
        return changes.stream().filter(change -> change.offset() > offset).toList();
    }

    public List<Outcome> outcomes() {
        return List.copyOf(outcomes.values());
    }

    /** Takes a document as it is, without a change of state. */
    void hold(StoredDocument document) {
        documents.put(new DocumentKey(document.collection(), document.id()), document);
    }

    /** The whole answer, in order. */
    public List<StoredDocument> query(StoreQuery query) {
        return documents.values().stream()
                .filter(document ->
                        document.collection() == query.collection() && FilterModel.matches(query.filter(), document))
                .sorted(order(query.sort()))
                .filter(document -> query.after().isEmpty()
                        || isBehind(query.after().get(), OrderedKey.placeOf(query.sort(), document)))
                .toList();
    }

    /** The data model's order, without any bytes of keys. */
    public static Comparator<StoredDocument> order(List<SortField> sort) {
        Comparator<StoredDocument> order = (left, right) -> 0;
        for (SortField field : sort) {
            Comparator<StoredDocument> byField =
                    Comparator.comparing(document -> field.path().find(document), ValueOrder.ASCENDING);
            order = order.thenComparing(field.descending() ? byField.reversed() : byField);
        }
        return order.thenComparing(StoredDocument::id, BY_UTF_8);
    }

    private static boolean isBehind(SeekKey place, SeekKey candidate) {
        for (int i = 0; i < place.keys().size(); i++) {
            int order =
                    Arrays.compareUnsigned(place.keys().get(i), candidate.keys().get(i));
            if (order != 0) {
                return order < 0;
            }
        }
        return BY_UTF_8.compare(place.id(), candidate.id()) < 0;
    }
}
