package io.patchbay.client;

/** A running {@code watch} or {@code changes}. Any thread. */
public interface Subscription extends AutoCloseable {
    /** Ends it; a call of its listener may still be under way, and none follows. */
    @Override
    void close();
}
