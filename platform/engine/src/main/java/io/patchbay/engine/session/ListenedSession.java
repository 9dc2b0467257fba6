package io.patchbay.engine.session;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Collections;
import io.patchbay.api.document.Documents;
import io.patchbay.api.feed.Position;
import io.patchbay.api.kv.KeyValues;
import io.patchbay.api.protocol.LiveSession;
import io.patchbay.api.protocol.SubscribeRequest;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.protocol.SubscriptionListener;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A session whose events go to a listener instead of a connection's codec. Any thread. */
public final class ListenedSession implements LiveSession {
    private final ClientSession session;
    private final Consumer<ListenedSession> onClose;

    ListenedSession(
            SessionParts parts, Identity identity, SubscriptionListener listener, Consumer<ListenedSession> onClose) {
        session = new ClientSession(parts, identity, new Listened(listener));
        this.onClose = onClose;
    }

    private static final class Listened implements EventSink {
        private final SubscriptionListener listener;

        Listened(SubscriptionListener listener) {
            this.listener = listener;
        }

        @Override
        public boolean writable() {
            return listener.writable();
        }

        @Override
        public void deliver(SubscriptionEvent event, BooleanSupplier wanted) {
            synchronized (this) {
                if (wanted.getAsBoolean()) {
                    listener.onEvent(event);
                }
            }
        }

        @Override
        public void onRequestEnded() {
            // Nothing waits for it here.
        }
    }

    /** Ends its subscriptions, which hear why; it takes no others. */
    void end(PatchbayException reason) {
        session.end(reason);
    }

    @Override
    public void resume() {
        session.onWritable();
    }

    @Override
    public Identity identity() {
        return session.identity();
    }

    @Override
    public void authenticate(Identity identity) {
        session.authenticate(identity);
    }

    @Override
    public Documents documents() {
        return session.documents();
    }

    @Override
    public Collections collections() {
        return session.collections();
    }

    @Override
    public KeyValues keyValues() {
        return session.keyValues();
    }

    @Override
    public CompletionStage<Position> subscribe(long subscription, SubscribeRequest request) {
        return session.subscribe(subscription, request);
    }

    @Override
    public void unsubscribe(long subscription) {
        session.unsubscribe(subscription);
    }

    @Override
    public void close() {
        onClose.accept(this);
        session.close();
    }
}
