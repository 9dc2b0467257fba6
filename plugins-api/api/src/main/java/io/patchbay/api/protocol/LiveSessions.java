package io.patchbay.api.protocol;

import io.patchbay.api.auth.Identity;
import org.osgi.annotation.versioning.ProviderType;

/** Sessions without a connection that can subscribe all the same: for streams and the command line. */
@ProviderType
public interface LiveSessions {
    /**
     * Cheap. Events of its subscriptions go to {@code listener} until it is closed. When the login of {@code identity} ends, they end with UNAUTHENTICATED, within a second; one that ended before
     * this call is not noticed, so verify the caller once more after it.
     */
    LiveSession open(Identity identity, SubscriptionListener listener);
}
