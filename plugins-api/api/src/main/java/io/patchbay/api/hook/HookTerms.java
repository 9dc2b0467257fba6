package io.patchbay.api.hook;

import io.patchbay.api.Limits;
import java.time.Duration;
import java.util.Set;

/**
 * What a hook wants, and what its failure means: {@code HookTerms.on("cities", "people").withOrder(10)}.
 *
 * @param collections the names of those whose changes it is asked about and told of; {@link #EVERY} for all
 * @param order hooks with a lower one come first, and the later ones see what those made of the document; equal ones go by name
 * @param required what becomes of a change while the hook fails, hangs or is isolated: true refuses it with HOOK_UNAVAILABLE, false lets it pass
 * @param timeLimit of a call, before or after; positive, at most {@link Limits#HOOK_CALL_MAX}
 * @param after whether it is told of committed changes
 */
public record HookTerms(Set<String> collections, int order, boolean required, Duration timeLimit, boolean after) {
    public static final String EVERY = "*";

    /** @throws IllegalArgumentException if no collection is named or the time limit is out of bounds */
    public HookTerms {
        collections = Set.copyOf(collections);
        if (collections.isEmpty()) {
            throw new IllegalArgumentException("a hook names the collections that it is for, or \"" + EVERY + "\"");
        }
        if (timeLimit.isNegative() || timeLimit.isZero() || timeLimit.compareTo(Limits.HOOK_CALL_MAX) > 0) {
            throw new IllegalArgumentException("the time limit of a hook's call is more than 0 and at most "
                    + Limits.HOOK_CALL_MAX.toSeconds() + " s, not " + timeLimit);
        }
    }

    /** A required hook that is asked before changes of these collections, with an order of 0 and {@link Limits#HOOK_CALL} of time. */
    public static HookTerms on(String... collections) {
        return new HookTerms(Set.of(collections), 0, true, Limits.HOOK_CALL, false);
    }

    public static HookTerms onEvery() {
        return on(EVERY);
    }

    public HookTerms withOrder(int newOrder) {
        return new HookTerms(collections, newOrder, required, timeLimit, after);
    }

    /** Changes pass while it doesn't work. */
    public HookTerms optional() {
        return new HookTerms(collections, order, false, timeLimit, after);
    }

    public HookTerms within(Duration newTimeLimit) {
        return new HookTerms(collections, order, required, newTimeLimit, after);
    }

    /** It is told of committed changes, too. */
    public HookTerms toldAfter() {
        return new HookTerms(collections, order, required, timeLimit, true);
    }

    public boolean wants(String collection) {
        return collections.contains(collection) || collections.contains(EVERY);
    }
}
