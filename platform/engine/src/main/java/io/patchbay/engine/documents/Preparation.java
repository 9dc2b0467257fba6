package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.MergePatch;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.TransactionResult.Written;
import io.patchbay.api.document.Value;
import io.patchbay.api.hook.PendingChange;
import io.patchbay.engine.access.Action;
import io.patchbay.engine.access.Rights;
import io.patchbay.engine.collections.CollectionEntry;
import io.patchbay.engine.commit.Guard;
import io.patchbay.engine.commit.PreparedWrite;
import io.patchbay.engine.hooks.HookSet;
import io.patchbay.engine.hooks.Proposal;
import io.patchbay.engine.hooks.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Turns the steps of a transaction into writes for the committer: what names mean, what rules say, what patches make of a document. All that it looks at is guarded by its revision, so
 * the committer sees if it has moved meanwhile. One transaction, one attempt, one thread at a time.
 *
 * <p>Where hooks are asked it goes in two halves: {@link #read}, then the hooks, then {@link #settle}. Nobody is asked about what the rules forbid whatever the document, nor about what can't happen
 * (its precondition fails); else the rules judge what the hooks made of the document, for that is what is written. A hook's refusal reaches only whom the rules allow the change as they sent it.
 */
final class Preparation {
    private final Caller caller;
    private final long nowMs;
    private final List<PreparedWrite> writes = new ArrayList<>();
    private final Set<Guard> guards = new LinkedHashSet<>();
    private final List<Draft> drafts = new ArrayList<>();

    /** A step that was read. */
    private record Draft(
            Step step, CollectionEntry collection, Optional<StoredDocument> before, Optional<Proposal> proposal) {}

    Preparation(Caller caller, long nowMs) {
        this.caller = caller;
        this.nowMs = nowMs;
    }

    List<PreparedWrite> writes() {
        return writes;
    }

    List<Guard> guards() {
        return List.copyOf(guards);
    }

    /** Whether every step can be prepared without reading a document. */
    boolean canDoWithoutReading(List<Step> steps) {
        for (Step step : steps) {
            Operation operation = step.operation();
            if (operation instanceof Operation.Patch || !alwaysAllowed(operation)) {
                return false;
            }
        }
        return true;
    }

    private boolean alwaysAllowed(Operation operation) {
        if (caller.identity().isAdmin()) {
            return true;
        }
        Rights rights = caller.rights(caller.require(operation.collection()));
        // A condition is about what the caller may read: else its answer would tell what is hidden.
        if (isConditional(operation) && !isTrue(rights.always(Action.READ))) {
            return false;
        }
        if (operation instanceof Operation.Put) {
            return isTrue(rights.always(Action.CREATE)) && isTrue(rights.always(Action.UPDATE));
        }
        return isTrue(rights.always(operation instanceof Operation.Delete ? Action.DELETE : Action.READ));
    }

    private static boolean isTrue(Optional<Boolean> answer) {
        return answer.isPresent() && answer.get();
    }

    private static boolean isConditional(Operation operation) {
        return !(operation.precondition() instanceof Precondition.Any);
    }

    /** For steps that need no reading. */
    void prepareUnread(List<Step> steps) {
        for (Step step : steps) {
            CollectionEntry collection = collection(step);
            add(step, collection, data(step), step.body(), step.fresh());
        }
    }

    /** @param find reads a document; may wait */
    void prepare(List<Step> steps, BiFunction<Long, String, Optional<StoredDocument>> find) {
        for (Step step : steps) {
            settle(read(step, find, HookSet.NONE), Optional.empty());
        }
    }

    /**
     * The first half where hooks are asked.
     *
     * @param find reads a document; may wait
     * @return the changes that they are asked about
     */
    List<Proposal> read(List<Step> steps, BiFunction<Long, String, Optional<StoredDocument>> find, HookSet hooks) {
        long bytes = 0;
        for (Step step : steps) {
            Draft draft = read(step, find, hooks);
            drafts.add(draft);
            bytes += draft.proposal().map(Proposal::bytes).orElse(0L);
            if (bytes > Limits.HOOK_BYTES) {
                throw PatchbayException.beyond(
                        "hook_bytes",
                        ErrorCode.TOO_LARGE,
                        "The documents that the transaction changes are more than %d MiB together, as they are and as they become; with hooks to ask about them that is too much, send fewer operations at a time."
                                .formatted(Limits.HOOK_BYTES >> 20));
            }
        }
        return drafts.stream().flatMap(draft -> draft.proposal().stream()).toList();
    }

    private Draft read(Step step, BiFunction<Long, String, Optional<StoredDocument>> find, HookSet hooks) {
        CollectionEntry collection = collection(step);
        Optional<StoredDocument> before = step.fresh() ? Optional.empty() : find.apply(collection.id(), step.id());
        if (!step.fresh()) {
            long revision = before.map(StoredDocument::revision).orElse(0L);
            guards.add(new Guard(new DocumentKey(collection.id(), step.id()), revision));
        }
        return new Draft(step, collection, before, propose(step, collection, before, hooks));
    }

    /** What hooks are asked about the step, if they are. */
    private Optional<Proposal> propose(
            Step step, CollectionEntry collection, Optional<StoredDocument> before, HookSet hooks) {
        if (collection.revision() == 0 || !hooks.wants(collection.name())) {
            return Optional.empty();
        }
        Rights rights = caller.rights(collection);
        Operation operation = step.operation();
        boolean hidden = before.isPresent() && isHidden(before.get(), rights);
        if (!holds(operation.precondition(), before) || (hidden && isConditional(operation))) {
            return Optional.empty();
        }
        if (operation instanceof Operation.Put put) {
            Action action = before.isPresent() ? Action.UPDATE : Action.CREATE;
            return mayBe(rights, action)
                    ? Optional.of(proposal(step, collection, before, Optional.of(put.data()), step.body()))
                    : Optional.empty();
        }
        if (operation instanceof Operation.Patch patch) {
            if (before.isEmpty() || hidden || !mayBe(rights, Action.UPDATE)) {
                return Optional.empty();
            }
            Value.Struct data = MergePatch.apply(before.get().data(), patch.patch());
            return Optional.of(proposal(step, collection, before, Optional.of(data), RequestCheck.encode(data)));
        }
        // What a delete becomes is known already, so its rule can be asked first.
        return operation instanceof Operation.Delete && !requireDelete(operation, rights, collection, before)
                ? Optional.of(proposal(step, collection, before, Optional.empty(), step.body()))
                : Optional.empty();
    }

    private static boolean holds(Precondition precondition, Optional<StoredDocument> before) {
        if (precondition instanceof Precondition.AtRevision at) {
            return before.isPresent() && before.get().revision() == at.revision();
        }
        return precondition instanceof Precondition.Any
                || (precondition instanceof Precondition.Absent) == before.isEmpty();
    }

    private static boolean mayBe(Rights rights, Action action) {
        return rights.always(action).orElse(true);
    }

    private Proposal proposal(
            Step step,
            CollectionEntry collection,
            Optional<StoredDocument> before,
            Optional<Value.Struct> data,
            byte[] body) {
        return new Proposal(
                new PendingChange(
                        collection.name(),
                        step.id(),
                        before.map(stored -> new Document(collection.name(), stored)),
                        data,
                        caller.identity()),
                body,
                body.length + before.map(stored -> stored.body().length).orElse(0));
    }

    /**
     * The second half.
     *
     * @param refusals gets what hooks refused, by the operation's place, if they refused something and nothing else is wrong
     * @throws PatchbayException the first of them
     */
    void settle(Consumer<Map<Integer, PatchbayException>> refusals) {
        Map<Integer, PatchbayException> refused = new TreeMap<>();
        for (int i = 0; i < drafts.size(); i++) {
            Draft draft = drafts.get(i);
            Optional<Refusal> refusal = draft.proposal().flatMap(Proposal::refusal);
            // With a refusal the rules are asked about what was sent; that it may be written is what it takes to be
            // told.
            settle(draft, refusal.isPresent() ? Optional.empty() : draft.proposal());
            if (refusal.isPresent()) {
                refused.put(i, refusal(draft, i, refusal.get()));
            }
        }
        if (!refused.isEmpty()) {
            refusals.accept(refused);
            throw refused.values().iterator().next();
        }
        requireSize();
    }

    private PatchbayException refusal(Draft draft, int place, Refusal refusal) {
        Rights rights = caller.rights(draft.collection());
        boolean hidden = draft.before().isPresent() && isHidden(draft.before().get(), rights);
        Map<String, Object> details = new HashMap<>();
        details.put("hook", refusal.hook());
        details.put("collection", draft.collection().name());
        details.put("id", draft.step().id());
        if (drafts.size() > 1) {
            details.put("operation", (long) place);
        }
        if (!hidden) {
            refusal.field().ifPresent(field -> details.put("field", field));
        }
        String message = hidden ? "The hook '" + refusal.hook() + "' refuses the change." : refusal.message();
        return new PatchbayException(ErrorCode.HOOK_REFUSED, message, details);
    }

    /** What the caller is told: what a hook made of a document only if they may read it, else their own data would come back with what they are not to see. */
    TransactionResult shown(TransactionResult result) {
        if (result.replayed()
                || drafts.stream().noneMatch(draft -> enrichedBy(draft).isPresent())) {
            return result;
        }
        List<Draft> written = drafts.stream()
                .filter(draft -> !(draft.step().operation() instanceof Operation.Check))
                .toList();
        List<Written> shown = new ArrayList<>(written.size());
        for (int i = 0; i < written.size(); i++) {
            shown.add(shown(written.get(i), result.written().get(i)));
        }
        return new TransactionResult(result.position(), shown, false);
    }

    private Written shown(Draft draft, Written written) {
        if (enrichedBy(draft).isEmpty() || written.data().isEmpty()) {
            return written;
        }
        byte[] body = draft.proposal().orElseThrow().body();
        StoredDocument stored = StoredDocument.of(
                draft.collection().id(),
                written.id(),
                written.revision(),
                written.updatedAt().toEpochMilli(),
                body,
                written.data().get());
        if (!isHidden(stored, caller.rights(draft.collection()))) {
            return written;
        }
        return new Written(
                written.collection(),
                written.id(),
                written.revision(),
                written.updatedAt(),
                written.created(),
                written.deleted(),
                Optional.empty());
    }

    private static Optional<String> enrichedBy(Draft draft) {
        return draft.proposal().flatMap(Proposal::enrichedBy);
    }

    /** What was sent was small enough. */
    private void requireSize() {
        long bytes = writes.stream().mapToLong(write -> write.body().length).sum();
        Optional<String> enrichedBy =
                drafts.stream().flatMap(draft -> enrichedBy(draft).stream()).reduce((first, last) -> last);
        if (bytes > Limits.TRANSACTION_BYTES && enrichedBy.isPresent()) {
            throw new PatchbayException(
                    ErrorCode.HOOK_REFUSED,
                    "The hook '%s' made the transaction %d bytes large; one has at most %d."
                            .formatted(enrichedBy.get(), bytes, Limits.TRANSACTION_BYTES),
                    Map.of("hook", enrichedBy.get()));
        }
    }

    /** @param judged what hooks made of it, if they were asked */
    private void settle(Draft draft, Optional<Proposal> judged) {
        Step step = draft.step();
        CollectionEntry collection = draft.collection();
        Optional<StoredDocument> before = draft.before();
        Rights rights = caller.rights(collection);
        Operation operation = step.operation();
        if (operation instanceof Operation.Put put) {
            boolean hidden = before.isPresent() && isConditional(put) && isHidden(before.get(), rights);
            Value.Struct data =
                    judged.flatMap(proposal -> proposal.change().data()).orElse(put.data());
            byte[] body = judged.map(Proposal::body).orElse(step.body());
            requirePut(step, data, body, rights, collection, hidden ? Optional.empty() : before);
            if (hidden && put.precondition() instanceof Precondition.Absent) {
                throw caller.forbidden(Action.CREATE, collection.name());
            }
            // A condition on what is hidden fails as on what is not there, so it is never written.
            add(step, collection, Optional.of(data), body, step.fresh() || hidden);
        } else if (operation instanceof Operation.Patch patch) {
            StoredDocument old = before.filter(document -> !isHidden(document, rights))
                    .orElseThrow(() -> notFound(collection, step.id()));
            Value.Struct data = judged.flatMap(proposal -> proposal.change().data())
                    .orElseGet(() -> MergePatch.apply(old.data(), patch.patch()));
            byte[] body = judged.map(Proposal::body).orElseGet(() -> RequestCheck.encode(data));
            StoredDocument after = after(collection, step.id(), before, data, body);
            requireAllowed(rights, Action.UPDATE, collection, before, Optional.of(after));
            add(step, collection, Optional.of(data), body, false);
        } else if (operation instanceof Operation.Delete) {
            boolean absent = requireDelete(operation, rights, collection, before);
            add(step, collection, Optional.empty(), step.body(), absent);
        } else {
            caller.requireSight(collection, Action.READ);
            boolean absent = before.isEmpty() || isHidden(before.get(), rights);
            add(step, collection, Optional.empty(), step.body(), absent);
        }
    }

    private static boolean isHidden(StoredDocument document, Rights rights) {
        return !rights.visibility(Action.READ).sees(document);
    }

    private void requirePut(
            Step step,
            Value.Struct data,
            byte[] body,
            Rights rights,
            CollectionEntry collection,
            Optional<StoredDocument> before) {
        StoredDocument after = after(collection, step.id(), before, data, body);
        Action action = before.isPresent() ? Action.UPDATE : Action.CREATE;
        if (!rights.allows(action, before, Optional.of(after))) {
            // The same words as if nothing were there: else they would tell what is hidden.
            boolean seen = before.isPresent() && !isHidden(before.get(), rights);
            throw caller.forbidden(seen ? action : Action.CREATE, collection.name());
        }
    }

    /** @return whether nothing is there as far as the caller may know: then nothing is deleted */
    private boolean requireDelete(
            Operation operation, Rights rights, CollectionEntry collection, Optional<StoredDocument> before) {
        boolean absent = before.isEmpty() || isHidden(before.get(), rights);
        boolean known = before.isPresent() && !(absent && isConditional(operation));
        if (known && rights.allows(Action.DELETE, before, Optional.empty())) {
            return false;
        }
        boolean never = rights.always(Action.DELETE).filter(allowed -> !allowed).isPresent();
        if (!absent || never) {
            throw caller.forbidden(Action.DELETE, collection.name());
        }
        return true;
    }

    private void requireAllowed(
            Rights rights,
            Action action,
            CollectionEntry collection,
            Optional<StoredDocument> before,
            Optional<StoredDocument> after) {
        if (!rights.allows(action, before, after)) {
            throw caller.forbidden(action, collection.name());
        }
    }

    /** What a rule sees as the document to be: its revision is not known yet, so it is the next thing to it, the one before. */
    private StoredDocument after(
            CollectionEntry collection, String id, Optional<StoredDocument> before, Value.Struct data, byte[] body) {
        long revision = before.map(StoredDocument::revision).orElse(0L);
        return StoredDocument.of(collection.id(), id, revision, nowMs, body, data);
    }

    private CollectionEntry collection(Step step) {
        CollectionEntry collection = caller.require(step.operation().collection());
        collection.guard().ifPresent(guards::add);
        return collection;
    }

    private static Optional<Value.Struct> data(Step step) {
        return step.operation() instanceof Operation.Put put ? Optional.of(put.data()) : Optional.empty();
    }

    /** @param absent as {@link PreparedWrite#absent} */
    private void add(Step step, CollectionEntry collection, Optional<Value.Struct> data, byte[] body, boolean absent) {
        PreparedWrite.Kind kind = PreparedWrite.Kind.PUT;
        if (step.operation() instanceof Operation.Delete) {
            kind = PreparedWrite.Kind.DELETE;
        } else if (step.operation() instanceof Operation.Check) {
            kind = PreparedWrite.Kind.CHECK;
        }
        Precondition precondition = step.operation().precondition();
        writes.add(new PreparedWrite(
                kind, collection.id(), collection.name(), step.id(), data, body, precondition, absent));
    }

    private static PatchbayException notFound(CollectionEntry collection, String id) {
        return new PatchbayException(
                ErrorCode.DOCUMENT_NOT_FOUND,
                "There is no document '" + id + "' in '" + collection.name() + "'.",
                Map.of("collection", collection.name(), "id", id));
    }
}
