package io.patchbay.engine.session;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.protocol.LiveSession;
import io.patchbay.api.protocol.LiveSessions;
import io.patchbay.api.protocol.SubscriptionListener;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The sessions with a listener that are open now, so that the end of a login reaches them. Any thread. */
public final class ListenedSessions implements LiveSessions {
    private final SessionParts parts;
    private final Set<ListenedSession> open = ConcurrentHashMap.newKeySet();

    public ListenedSessions(SessionParts parts) {
        this.parts = parts;
    }

    @Override
    public LiveSession open(Identity identity, SubscriptionListener listener) {
        ListenedSession session = new ListenedSession(parts, identity, listener, open::remove);
        open.add(session);
        return session;
    }

    /** Ends the subscriptions of every session whose identity belongs to this token family. */
    public void endFamily(String family) {
        PatchbayException reason = new PatchbayException(ErrorCode.UNAUTHENTICATED, "The login has ended.");
        for (ListenedSession session : open) {
            if (session.identity().family().filter(family::equals).isPresent()) {
                session.end(reason);
            }
        }
    }

    public int count() {
        return open.size();
    }
}
