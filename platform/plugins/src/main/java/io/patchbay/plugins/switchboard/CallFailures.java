package io.patchbay.plugins.switchboard;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** When calls of one provider failed: the last {@value #KEPT} times. Any thread. */
final class CallFailures {
    static final int KEPT = 64;
    private static final int LONGEST_SENTENCE = 300;

    private final long[] atNanos = new long[KEPT];
    private long count;
    private String last = "";

    /** Keeps no throwable, for that would hold its class loader. */
    synchronized void add(Throwable failure, long nowNanos) {
        atNanos[(int) (count % KEPT)] = nowNanos;
        count++;
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String sentence = String.valueOf(cause);
        last = sentence.substring(0, Math.min(LONGEST_SENTENCE, sentence.length()));
    }

    /** How many failed within the time that ends at {@code nowNanos}, at most {@value #KEPT}. */
    synchronized int count(Duration within, long nowNanos) {
        int found = 0;
        for (int i = 0; i < Math.min(count, KEPT); i++) {
            if (nowNanos - atNanos[i] <= within.toNanos()) {
                found++;
            }
        }
        return found;
    }

    synchronized String last() {
        return last;
    }
}
