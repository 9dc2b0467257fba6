package io.patchbay.it;

import java.util.Random;

/** One way in which a part of a running node is swapped, again and again: it knows how things stand with its part, and so what can be done next. Used by one thread. */
interface SwapKind {
    /** As the storm's report calls it. */
    String name();

    /**
     * Swaps once, and returns once the operator is told that it is done.
     *
     * @return what was done, for the report
     */
    String swap(Operator operator, Random random);

    /** Whether event streams over HTTP end at it, to be resumed; all other connections stay open at any kind. */
    default boolean endsStreams() {
        return false;
    }
}
