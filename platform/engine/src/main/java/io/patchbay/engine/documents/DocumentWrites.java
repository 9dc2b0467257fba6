package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.engine.collections.Catalog;
import io.patchbay.engine.commit.CommitOutcome;
import io.patchbay.engine.commit.Committer;
import io.patchbay.engine.commit.IdempotencyKey;
import io.patchbay.engine.store.StoreSlot;
import io.patchbay.engine.store.StoreUse;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The way of a transaction to the committer. What needs no reading (an admin's puts, rules that look at no document) is prepared and queued on the caller's thread; all else is prepared by a
 * reader, at the revision that it finds, and prepared again if that has moved before the committer got to it. Those that were overtaken so stand in line for their document: without that, of
 * many who patch one document at once most would lose every time.
 */
public final class DocumentWrites {
    private final Committer committer;
    private final Catalog catalog;
    private final StoreSlot slot;
    private final Readers readers;
    private final Clock clock;
    private final WaitingLines lines = new WaitingLines();

    public DocumentWrites(Committer committer, Catalog catalog, StoreSlot slot, Readers readers, Clock clock) {
        this.committer = committer;
        this.catalog = catalog;
        this.slot = slot;
        this.readers = readers;
        this.clock = clock;
    }

    /** Never waits; fails with a PatchbayException only. */
    public CompletionStage<TransactionResult> commit(Caller caller, TransactionRequest request) {
        Attempts attempts = new Attempts(caller);
        try {
            attempts.key = RequestCheck.key(caller.identity().id(), request);
            attempts.steps = RequestCheck.check(request, clock.millis());
            attempts.next();
        } catch (Throwable e) {
            attempts.result.completeExceptionally(Failures.of(e));
        }
        return attempts.result;
    }

    /** One transaction and its attempts, one after the other. */
    private final class Attempts {
        final Caller caller;
        final CompletableFuture<TransactionResult> result = new CompletableFuture<>();
        private final long beganMs = clock.millis();
        Optional<IdempotencyKey> key = Optional.empty();
        List<Step> steps = List.of();
        private int moved;
        private boolean inLine;

        Attempts(Caller caller) {
            this.caller = caller;
        }

        void next() {
            Preparation preparation = new Preparation(caller, clock.millis());
            if (catalog.isLoaded() && preparation.canDoWithoutReading(steps)) {
                preparation.prepareUnread(steps);
                submit(preparation);
                return;
            }
            if (!inLine && (moved > 0 || lines.isBusy(document()))) {
                lines.enter(document(), this::takeTurn);
                return;
            }
            prepareAndSubmit(preparation);
        }

        /** What the line is for: a transaction over several documents stands in that of the first. */
        private Object document() {
            Step first = steps.get(0);
            return List.of(first.operation().collection(), first.id());
        }

        private void takeTurn() {
            inLine = true;
            result.whenComplete((done, failure) -> lines.leave(document()));
            if (clock.millis() - beganMs > Limits.WRITER_WAIT.toMillis()) {
                result.completeExceptionally(PatchbayException.beyond(
                        "writer_wait",
                        ErrorCode.RETRIES_EXHAUSTED,
                        "Others changed the same document for " + Limits.WRITER_WAIT.toSeconds()
                                + " s; nothing was written, try again."));
                return;
            }
            try {
                next();
            } catch (Throwable e) {
                result.completeExceptionally(Failures.of(e));
            }
        }

        private void prepareAndSubmit(Preparation preparation) {
            readers.supply(() -> prepareReading(preparation)).whenComplete((ready, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(Failures.of(failure));
                } else if (ready) {
                    submit(preparation);
                }
            });
        }

        /** @return whether there is something to submit; if not, an earlier outcome has been found */
        private boolean prepareReading(Preparation preparation) {
            catalog.awaitLoaded();
            if (key.isPresent() && isKnown(key.get())) {
                // The committer answers from the outcome, whatever the documents look like by now.
                committer.submit(List.of(), List.of(), key).whenComplete(this::finish);
                return false;
            }
            preparation.prepare(steps, this::find);
            return true;
        }

        private Optional<StoredDocument> find(long collection, String id) {
            try (StoreUse use = slot.use()) {
                return use.store().find(collection, id);
            }
        }

        private boolean isKnown(IdempotencyKey asked) {
            try (StoreUse use = slot.use()) {
                Optional<Outcome> outcome = use.store().findOutcome(asked.identity(), asked.key());
                return outcome.filter(found -> found.expiresAtMs() > clock.millis() + Limits.WRITER_WAIT.toMillis())
                        .isPresent();
            }
        }

        private void submit(Preparation preparation) {
            committer.submit(preparation.writes(), preparation.guards(), key).whenComplete(this::finish);
        }

        private void finish(CommitOutcome outcome, Throwable failure) {
            if (failure != null) {
                result.completeExceptionally(Failures.of(failure));
            } else if (outcome instanceof CommitOutcome.Done done) {
                result.complete(done.result());
            } else if (++moved > Limits.PATCH_RETRIES) {
                result.completeExceptionally(PatchbayException.beyond(
                        "patch_retries",
                        ErrorCode.RETRIES_EXHAUSTED,
                        "Others changed the same documents " + moved
                                + " times in between; nothing was written, try again."));
            } else {
                try {
                    next();
                } catch (Throwable e) {
                    result.completeExceptionally(Failures.of(e));
                }
            }
        }
    }
}
