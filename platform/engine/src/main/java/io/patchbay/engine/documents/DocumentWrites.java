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
import io.patchbay.engine.hooks.HookSet;
import io.patchbay.engine.hooks.Hooks;
import io.patchbay.engine.hooks.Proposal;
import io.patchbay.engine.store.StoreSlot;
import io.patchbay.engine.store.StoreUse;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The way of a transaction to the committer. What needs no reading (an admin's puts, rules that look at no document) is prepared and queued on the caller's thread; all else is prepared by a
 * reader, at the revision that it finds, and prepared again if that has moved before the committer got to it. Those that were overtaken so stand in line for their document: without that, of
 * many who patch one document at once most would lose every time.
 *
 * <p>A change that hooks want to see is read by a reader, judged on the hooks' own threads, and settled by a reader again. The committer takes it only while the same hooks serve.
 */
public final class DocumentWrites {
    private final Committer committer;
    private final Catalog catalog;
    private final StoreSlot slot;
    private final Readers readers;
    private final Hooks hooks;
    private final Clock clock;
    private final WaitingLines lines = new WaitingLines();

    public DocumentWrites(
            Committer committer, Catalog catalog, StoreSlot slot, Readers readers, Hooks hooks, Clock clock) {
        this.committer = committer;
        this.catalog = catalog;
        this.slot = slot;
        this.readers = readers;
        this.hooks = hooks;
        this.clock = clock;
    }

    /** Never waits; fails with a PatchbayException only. */
    public CompletionStage<TransactionResult> commit(Caller caller, TransactionRequest request) {
        return commit(caller, request, refusals -> {});
    }

    /** @param refusals gets all that hooks refused, by the operation's place, before the stage fails with the first of it */
    public CompletionStage<TransactionResult> commit(
            Caller caller, TransactionRequest request, Consumer<Map<Integer, PatchbayException>> refusals) {
        Attempts attempts = new Attempts(caller, refusals);
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
        private final Consumer<Map<Integer, PatchbayException>> refusals;
        private final long beganMs = clock.millis();
        Optional<IdempotencyKey> key = Optional.empty();
        List<Step> steps = List.of();
        private int moved;
        private boolean inLine;

        Attempts(Caller caller, Consumer<Map<Integer, PatchbayException>> refusals) {
            this.caller = caller;
            this.refusals = refusals;
        }

        void next() {
            Preparation preparation = new Preparation(caller, clock.millis());
            HookSet asked = hooks.current();
            boolean hooked = isHooked(asked);
            if (!hooked && catalog.isLoaded() && preparation.canDoWithoutReading(steps)) {
                preparation.prepareUnread(steps);
                submit(preparation, asked);
                return;
            }
            if (!inLine && (moved > 0 || lines.isBusy(document()))) {
                lines.enter(document(), this::takeTurn);
                return;
            }
            if (hooked) {
                readJudgeAndSubmit(preparation, asked);
            } else {
                prepareAndSubmit(preparation, asked);
            }
        }

        private boolean isHooked(HookSet asked) {
            if (asked.hooks().isEmpty()) {
                return false;
            }
            for (Step step : steps) {
                if (asked.wants(step.operation().collection())) {
                    return true;
                }
            }
            return false;
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

        private void prepareAndSubmit(Preparation preparation, HookSet asked) {
            readers.supply(() -> {
                        if (isAnswered()) {
                            return false;
                        }
                        preparation.prepare(steps, this::find);
                        return true;
                    })
                    .whenComplete((ready, failure) -> {
                        if (failure != null) {
                            result.completeExceptionally(Failures.of(failure));
                        } else if (ready) {
                            submit(preparation, asked);
                        }
                    });
        }

        private void readJudgeAndSubmit(Preparation preparation, HookSet asked) {
            readers.supply(() -> isAnswered()
                            ? Optional.<List<Proposal>>empty()
                            : Optional.of(preparation.read(steps, this::find, asked)))
                    .whenComplete((proposals, failure) -> {
                        if (failure != null) {
                            result.completeExceptionally(Failures.of(failure));
                        } else if (proposals.isPresent()) {
                            judge(preparation, asked, proposals.get());
                        }
                    });
        }

        private void judge(Preparation preparation, HookSet asked, List<Proposal> proposals) {
            hooks.judge(asked, proposals).whenComplete((holds, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(Failures.of(failure));
                } else if (holds) {
                    // Off the hook's thread: rules are none of its work, and neither is what the answer leads to.
                    settle(preparation, asked);
                } else {
                    awaitHooks(asked);
                }
            });
        }

        private void settle(Preparation preparation, HookSet asked) {
            readers.supply(() -> {
                        preparation.settle(refusals);
                        return true;
                    })
                    .whenComplete((settled, failure) -> {
                        if (failure != null) {
                            result.completeExceptionally(Failures.of(failure));
                        } else {
                            submit(preparation, asked);
                        }
                    });
        }

        private void awaitHooks(HookSet asked) {
            hooks.refreshed().whenComplete((done, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(Failures.of(failure));
                } else {
                    tryAgain(asked);
                }
            });
        }

        /** Whether an earlier outcome has been found: then that is the answer. */
        private boolean isAnswered() {
            catalog.awaitLoaded();
            if (key.isPresent() && isKnown(key.get())) {
                // The committer answers from the outcome, whatever the documents look like by now.
                Preparation none = new Preparation(caller, clock.millis());
                committer
                        .submit(List.of(), List.of(), key)
                        .whenComplete((outcome, failure) -> finish(none, outcome, failure, hooks.current()));
                return true;
            }
            return false;
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

        private void submit(Preparation preparation, HookSet asked) {
            committer
                    .submit(preparation.writes(), preparation.guards(), key, () -> hooks.current() == asked)
                    .whenComplete((outcome, failure) -> finish(preparation, outcome, failure, asked));
        }

        private void finish(Preparation preparation, CommitOutcome outcome, Throwable failure, HookSet asked) {
            if (failure != null) {
                result.completeExceptionally(Failures.of(failure));
            } else if (outcome instanceof CommitOutcome.Done done) {
                result.complete(preparation.shown(done.result()));
            } else {
                tryAgain(asked);
            }
        }

        /** That hooks were swapped is nobody's contention, so it counts for none. */
        private void tryAgain(HookSet asked) {
            boolean swapped = hooks.current() != asked && clock.millis() - beganMs <= Limits.WRITER_WAIT.toMillis();
            if (!swapped && ++moved > Limits.PATCH_RETRIES) {
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
