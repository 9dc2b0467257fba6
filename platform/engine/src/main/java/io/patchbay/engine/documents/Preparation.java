package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.MergePatch;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.engine.access.Action;
import io.patchbay.engine.access.Rights;
import io.patchbay.engine.collections.CollectionEntry;
import io.patchbay.engine.commit.Guard;
import io.patchbay.engine.commit.PreparedWrite;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Turns the steps of a transaction into writes for the committer: what names mean, what rules say, what patches make of a document. All that it looks at is guarded by its revision, so
 * the committer sees if it has moved meanwhile. One transaction, one attempt, one thread.
 */
final class Preparation {
    private final Caller caller;
    private final long nowMs;
    private final List<PreparedWrite> writes = new ArrayList<>();
    private final Set<Guard> guards = new LinkedHashSet<>();

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
            CollectionEntry collection = collection(step);
            Optional<StoredDocument> before = step.fresh() ? Optional.empty() : find.apply(collection.id(), step.id());
            if (!step.fresh()) {
                long revision = before.map(StoredDocument::revision).orElse(0L);
                guards.add(new Guard(new DocumentKey(collection.id(), step.id()), revision));
            }
            prepareOne(step, collection, before);
        }
    }

    private void prepareOne(Step step, CollectionEntry collection, Optional<StoredDocument> before) {
        Rights rights = caller.rights(collection);
        Operation operation = step.operation();
        if (operation instanceof Operation.Put put) {
            boolean hidden = before.isPresent() && isConditional(put) && isHidden(before.get(), rights);
            requirePut(step, put, rights, collection, hidden ? Optional.empty() : before);
            if (hidden && put.precondition() instanceof Precondition.Absent) {
                throw caller.forbidden(Action.CREATE, collection.name());
            }
            // A condition on what is hidden fails as on what is not there, so it is never written.
            add(step, collection, Optional.of(put.data()), step.body(), step.fresh() || hidden);
        } else if (operation instanceof Operation.Patch patch) {
            StoredDocument old = before.filter(document -> !isHidden(document, rights))
                    .orElseThrow(() -> notFound(collection, step.id()));
            Value.Struct data = MergePatch.apply(old.data(), patch.patch());
            byte[] body = RequestCheck.encode(data);
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
            Step step, Operation.Put put, Rights rights, CollectionEntry collection, Optional<StoredDocument> before) {
        StoredDocument after = after(collection, step.id(), before, put.data(), step.body());
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
