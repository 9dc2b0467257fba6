package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A live session whose events the test hands over, as the engine would. For one thread. */
final class HandledSession implements LiveSession {
    static final Position START = new Position("e1", 10);
    /** Positions of this epoch are gone. */
    static final String OTHER_EPOCH = "e0";

    final List<SubscribeRequest> requests = new ArrayList<>();
    private final SubscriptionListener listener;
    private final KeyValues keyValues;
    private Identity identity;
    int resumed;
    boolean closed;

    HandledSession(Identity identity, SubscriptionListener listener, KeyValues keyValues) {
        this.keyValues = keyValues;
        this.identity = identity;
        this.listener = listener;
    }

    /** Hands the event over if the listener takes one, as a fan-out thread does. */
    boolean offer(SubscriptionEvent event) {
        boolean writable = listener.writable();
        if (writable) {
            listener.onEvent(event);
        }
        return writable;
    }

    /** Some events do not ask. */
    void force(SubscriptionEvent event) {
        listener.onEvent(event);
    }

    @Override
    public CompletionStage<Position> subscribe(long subscription, SubscribeRequest request) {
        requests.add(request);
        if (!request.collection().equals("cities")) {
            return CompletableFuture.failedFuture(
                    new PatchbayException(ErrorCode.COLLECTION_NOT_FOUND, "There is no such collection."));
        }
        if (request.since().filter(since -> since.epoch().equals(OTHER_EPOCH)).isPresent()) {
            return CompletableFuture.failedFuture(
                    new PatchbayException(ErrorCode.HISTORY_GONE, "That position is gone."));
        }
        return CompletableFuture.completedFuture(request.since().orElse(START));
    }

    @Override
    public void resume() {
        resumed++;
    }

    @Override
    public Identity identity() {
        return identity;
    }

    @Override
    public void authenticate(Identity next) {
        identity = next;
    }

    @Override
    public Documents documents() {
        throw new UnsupportedOperationException("a stream only subscribes");
    }

    @Override
    public Collections collections() {
        throw new UnsupportedOperationException("a stream only subscribes");
    }

    @Override
    public KeyValues keyValues() {
        return keyValues;
    }

    @Override
    public void unsubscribe(long subscription) {
        closed = true;
    }

    @Override
    public void close() {
        closed = true;
    }
}
