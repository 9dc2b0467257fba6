package io.patchbay.engine.session;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.expression.Steps;

/**
 * What a live query wants, asked with bounded work: the fan-out thread serves others too. A filter that once took more than it may is {@link #tooCostly}, and its answers say nothing any more.
 * Used by one thread.
 */
final class LiveFilter {
    private final Visibility wanted;
    private boolean tooCostly;

    LiveFilter(Visibility wanted) {
        this.wanted = wanted;
    }

    boolean sees(StoredDocument document) {
        Steps steps = new Steps(Limits.LIVE_FILTER_STEPS);
        boolean sees = wanted.sees(document, steps);
        tooCostly |= steps.usedUp();
        return sees;
    }

    /** Whether those who want it must be told that it can't be live. */
    boolean tooCostly() {
        return tooCostly;
    }

    static PatchbayException tooCostlyFailure() {
        return new PatchbayException(
                ErrorCode.LIMIT_EXCEEDED,
                "The filter (with the rule) takes more than " + Limits.LIVE_FILTER_STEPS
                        + " steps for one document, too much for a live subscription; make it simpler.");
    }
}
