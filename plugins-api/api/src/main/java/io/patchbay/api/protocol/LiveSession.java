package io.patchbay.api.protocol;

import org.osgi.annotation.versioning.ProviderType;

/** A session whose events go to a {@link SubscriptionListener}. */
@ProviderType
public interface LiveSession extends Session {
    /** To be called when the listener is {@link SubscriptionListener#writable} again: what was held back comes now. Any thread. */
    void resume();
}
