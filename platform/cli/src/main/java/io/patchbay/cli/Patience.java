package io.patchbay.cli;

import java.time.Duration;

/**
 * How long a command waits for a sign of life of the node. A request that is taken up is told at once, so that a node which is paused or hangs shows soon; what comes then may take its time,
 * as long as messages come: the progress of a job, a part of an export.
 *
 * @param untilTaken from the connection, and from each request, until the node's first message
 * @param untilNext from there, and from message to message, until the answer
 */
record Patience(Duration untilTaken, Duration untilNext) {
    /** The second is longer than the node itself waits for its parts, whose own sentence says more. */
    static final Patience DEFAULT = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(45));

    static Patience of(Duration both) {
        return new Patience(both, both);
    }
}
