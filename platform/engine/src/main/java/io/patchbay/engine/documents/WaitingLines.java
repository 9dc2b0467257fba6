package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * Those who want to change the same document and have been overtaken once go one after the other from then on, so that each gets its turn instead of losing to all the others at each attempt.
 *
 * <p>Any thread; no call waits. A turn begins on the thread of whoever left the line before.
 */
final class WaitingLines {
    /** How many may wait for one document. */
    static final int LENGTH = 256;

    // Guarded by this. A line is here as long as somebody has the turn; the queue holds those behind.
    private final Map<Object, Queue<Runnable>> lines = new HashMap<>();

    synchronized boolean isBusy(Object document) {
        return lines.containsKey(document);
    }

    /**
     * Runs {@code turn} when those before have left, at once if there are none. Whoever gets a turn must {@link #leave}.
     *
     * @throws PatchbayException RETRIES_EXHAUSTED if too many wait already
     */
    void enter(Object document, Runnable turn) {
        synchronized (this) {
            Queue<Runnable> line = lines.get(document);
            if (line != null) {
                if (line.size() >= LENGTH) {
                    throw new PatchbayException(
                            ErrorCode.RETRIES_EXHAUSTED,
                            LENGTH
                                    + " others wait to change the same document; nothing was written, try again in a moment.");
                }
                line.add(turn);
                return;
            }
            lines.put(document, new ArrayDeque<>());
        }
        turn.run();
    }

    void leave(Object document) {
        Runnable next;
        synchronized (this) {
            Queue<Runnable> line = lines.get(document);
            next = line == null ? null : line.poll();
            if (next == null) {
                lines.remove(document);
            }
        }
        if (next != null) {
            next.run();
        }
    }
}
