package io.patchbay.api.protocol;

import io.patchbay.api.auth.Identity;
import org.osgi.annotation.versioning.ProviderType;

/** Sessions without a connection that can subscribe all the same: for streams and the command line. */
@ProviderType
public interface LiveSessions {
    /** Cheap. Events of its subscriptions go to {@code listener} until it is closed. */
    LiveSession open(Identity identity, SubscriptionListener listener);
}
