package io.patchbay.engine.commit;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Totals;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.TransactionResult.Written;
import io.patchbay.api.feed.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides the transactions of one batch, in order, each against what the store holds and what the transactions before it in the batch will have written.
 *
 * <p>Nothing here changes what outlives the batch: if the store doesn't take it, the object is thrown away. The committer's thread only.
 */
final class BatchDecision {
    /** Documents that are looked up at once; each may be large. */
    private static final int LOOK_UP = 64;

    private final DocumentStore store;
    private final CurrentDocuments known;
    private final String epoch;
    private final long nowMs;
    private final Map<DocumentKey, Optional<StoredDocument>> written = new HashMap<>();
    private final Map<List<String>, Outcome> outcomes = new HashMap<>();
    private final List<Transaction> transactions = new ArrayList<>();
    private long lastOffset;
    private long lastMs;
    private Totals totals;

    BatchDecision(
            DocumentStore store, CurrentDocuments known, String epoch, long lastOffset, Totals totals, long nowMs) {
        this.store = store;
        this.known = known;
        this.epoch = epoch;
        this.lastOffset = lastOffset;
        this.totals = totals;
        this.nowMs = nowMs;
        this.lastMs = nowMs;
    }

    List<Transaction> transactions() {
        return transactions;
    }

    Map<DocumentKey, Optional<StoredDocument>> written() {
        return written;
    }

    long lastOffset() {
        return lastOffset;
    }

    long lastMs() {
        return lastMs;
    }

    Totals totals() {
        return totals;
    }

    /** Looks up together what {@code requests} will ask for one by one; what is not kept until then is looked up again. */
    void lookUp(List<CommitRequest> requests) {
        Set<DocumentKey> unknown = new LinkedHashSet<>();
        for (CommitRequest request : requests) {
            for (Guard guard : request.guards) {
                addUnknown(guard.document(), unknown);
            }
            for (PreparedWrite write : request.writes) {
                if (!write.absent()) {
                    addUnknown(new DocumentKey(write.collection(), write.id()), unknown);
                }
            }
        }
        List<DocumentKey> keys = List.copyOf(unknown);
        for (int from = 0; from < keys.size(); from += LOOK_UP) {
            lookUpKeys(keys.subList(from, Math.min(keys.size(), from + LOOK_UP)));
        }
    }

    private void addUnknown(DocumentKey key, Set<DocumentKey> unknown) {
        if (known.get(key) == null) {
            unknown.add(key);
        }
    }

    private void lookUpKeys(List<DocumentKey> keys) {
        List<Optional<StoredDocument>> found;
        try {
            found = store.findCurrent(keys);
        } catch (PatchbayException e) {
            if (e.code() == ErrorCode.DATA_DAMAGED) {
                // Which of them it is shows when each is decided: the others are not refused for it.
                return;
            }
            throw e;
        }
        for (int i = 0; i < keys.size(); i++) {
            known.put(keys.get(i), found.get(i));
        }
    }

    /** @throws PatchbayException what the transaction is refused with */
    CommitOutcome decide(CommitRequest request) {
        if (request.key.isPresent()) {
            Optional<TransactionResult> before = findOutcome(request.key.get());
            if (before.isPresent()) {
                return new CommitOutcome.Done(before.get());
            }
        }
        if (!request.current.getAsBoolean()) {
            return new CommitOutcome.Moved();
        }
        for (Guard guard : request.guards) {
            if (revision(current(guard.document())) != guard.revision()) {
                return new CommitOutcome.Moved();
            }
        }
        for (PreparedWrite write : request.writes) {
            requirePrecondition(write);
        }
        return new CommitOutcome.Done(write(request));
    }

    private Optional<TransactionResult> findOutcome(IdempotencyKey key) {
        Outcome inBatch = outcomes.get(List.of(key.identity(), key.key()));
        Optional<Outcome> found = inBatch != null ? Optional.of(inBatch) : store.findOutcome(key.identity(), key.key());
        if (found.isEmpty() || found.get().expiresAtMs() <= nowMs) {
            return Optional.empty();
        }
        if (!Arrays.equals(found.get().requestHash(), key.requestHash())) {
            throw new PatchbayException(
                    ErrorCode.IDEMPOTENCY_MISMATCH,
                    "This idempotency key was used for another request; choose a new one.");
        }
        return Optional.of(OutcomeRecord.decode(found.get().result()));
    }

    private void requirePrecondition(PreparedWrite write) {
        Precondition precondition = write.precondition();
        if (precondition instanceof Precondition.Any) {
            return;
        }
        long revision = write.absent() ? 0 : revision(current(new DocumentKey(write.collection(), write.id())));
        boolean holds;
        if (precondition instanceof Precondition.AtRevision at) {
            holds = at.revision() == revision && revision != 0;
        } else {
            holds = (precondition instanceof Precondition.Absent) == (revision == 0);
        }
        if (!holds) {
            throw conflict(write, revision);
        }
    }

    private static PatchbayException conflict(PreparedWrite write, long revision) {
        String now = revision == 0 ? "does not exist" : "is at revision " + revision;
        return new PatchbayException(
                ErrorCode.REVISION_CONFLICT,
                "The document '" + write.id() + "' of " + write.collectionName() + " " + now
                        + ", which is not what the request expects.",
                Map.of("collection", write.collectionName(), "id", write.id(), "currentRevision", revision));
    }

    private TransactionResult write(CommitRequest request) {
        long offset = lastOffset + 1;
        int count = request.writes.size();
        List<Mutation> mutations = new ArrayList<>(count);
        long committedAtMs = lastMs;
        List<Optional<StoredDocument>> befores = new ArrayList<>(count);
        for (PreparedWrite write : request.writes) {
            Optional<StoredDocument> before =
                    write.absent() ? Optional.empty() : current(new DocumentKey(write.collection(), write.id()));
            befores.add(before);
            if (before.isPresent()) {
                committedAtMs = Math.max(committedAtMs, before.get().updatedAtMs());
            }
        }
        // A transaction that changes nothing takes no place in the order, unless its outcome has to be kept.
        boolean nothing = request.key.isEmpty() && changesNothing(request.writes, befores);
        List<Written> results = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            decideOne(
                    request.writes.get(i),
                    befores.get(i),
                    nothing ? lastOffset : offset,
                    committedAtMs,
                    mutations,
                    results);
        }
        if (nothing) {
            return new TransactionResult(new Position(epoch, lastOffset), results, false);
        }
        TransactionResult result = new TransactionResult(new Position(epoch, offset), results, false);
        transactions.add(new Transaction(offset, committedAtMs, mutations, outcome(request, result)));
        lastOffset = offset;
        lastMs = committedAtMs;
        for (Mutation mutation : mutations) {
            totals = totals.after(mutation);
            written.put(new DocumentKey(mutation.collection(), mutation.id()), mutation.after());
        }
        return result;
    }

    private static boolean changesNothing(List<PreparedWrite> writes, List<Optional<StoredDocument>> befores) {
        for (int i = 0; i < writes.size(); i++) {
            PreparedWrite.Kind kind = writes.get(i).kind();
            if (kind == PreparedWrite.Kind.PUT
                    || (kind == PreparedWrite.Kind.DELETE && befores.get(i).isPresent())) {
                return false;
            }
        }
        return true;
    }

    private void decideOne(
            PreparedWrite write,
            Optional<StoredDocument> before,
            long offset,
            long committedAtMs,
            List<Mutation> mutations,
            List<Written> results) {
        switch (write.kind()) {
            case CHECK -> {}
            case DELETE -> {
                if (before.isPresent()) {
                    mutations.add(new Mutation(write.collection(), write.id(), before, Optional.empty()));
                }
                results.add(new Written(
                        write.collectionName(),
                        write.id(),
                        offset,
                        Instant.ofEpochMilli(committedAtMs),
                        false,
                        true,
                        Optional.empty()));
            }
            case PUT -> {
                StoredDocument after = StoredDocument.of(
                        write.collection(),
                        write.id(),
                        offset,
                        committedAtMs,
                        write.body(),
                        write.data().orElseThrow());
                mutations.add(new Mutation(write.collection(), write.id(), before, Optional.of(after)));
                results.add(new Written(
                        write.collectionName(),
                        write.id(),
                        offset,
                        Instant.ofEpochMilli(committedAtMs),
                        before.isEmpty(),
                        false,
                        write.data()));
            }
        }
    }

    private Optional<Outcome> outcome(CommitRequest request, TransactionResult result) {
        if (request.key.isEmpty()) {
            return Optional.empty();
        }
        IdempotencyKey key = request.key.get();
        Outcome outcome = new Outcome(
                key.identity(),
                key.key(),
                key.requestHash(),
                OutcomeRecord.encode(result),
                nowMs + Limits.IDEMPOTENCY_KEPT.toMillis());
        outcomes.put(List.of(key.identity(), key.key()), outcome);
        return Optional.of(outcome);
    }

    private Optional<StoredDocument> current(DocumentKey key) {
        Optional<StoredDocument> document = written.get(key);
        if (document == null) {
            document = known.get(key);
        }
        if (document == null) {
            document = store.findCurrent(List.of(key)).get(0);
            known.put(key, document);
        }
        return document;
    }

    private static long revision(Optional<StoredDocument> document) {
        return document.isPresent() ? document.get().revision() : 0;
    }
}
