package io.patchbay.engine.expression;

import io.patchbay.api.Limits;

/** The work that evaluating may take, about a node's visit each. Once it is used up, everything is unknown. Used by one thread. */
public final class Steps {
    private long left;

    public Steps(long most) {
        left = most;
    }

    /** What one evaluation may take where nothing tighter is said. */
    static Steps ofOneEvaluation() {
        return new Steps(Limits.EXPRESSION_STEPS);
    }

    /** @return whether there are more */
    boolean spend(long more) {
        left -= more;
        return left > 0;
    }

    public boolean usedUp() {
        return left <= 0;
    }
}
