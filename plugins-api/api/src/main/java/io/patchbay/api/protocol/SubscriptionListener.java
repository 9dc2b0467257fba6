package io.patchbay.api.protocol;

import org.osgi.annotation.versioning.ConsumerType;

/** Where the events of a {@link LiveSession} go. Called by the engine's threads, one call at a time, which must not wait. */
@ConsumerType
public interface SubscriptionListener {
    void onEvent(SubscriptionEvent event);

    /** Whether more events can be taken now. While they can't, a {@code WATCH} coalesces and {@code CHANGES} reads on from the feed later; see {@link LiveSession#resume}. */
    boolean writable();
}
