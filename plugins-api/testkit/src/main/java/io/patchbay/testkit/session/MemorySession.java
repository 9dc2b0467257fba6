package io.patchbay.testkit.session;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.feed.Position;
import io.patchbay.api.protocol.Session;
import io.patchbay.api.protocol.SubscribeRequest;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A session on {@link MemoryDocuments} and the keys beside them; it notes subscriptions and sends no events. For one thread. */
public final class MemorySession implements Session {
    private final MemoryDocuments documents;
    private final Map<Long, SubscribeRequest> subscriptions = new TreeMap<>();
    private Identity identity;
    private boolean closed;

    public MemorySession(Identity identity, MemoryDocuments documents) {
        this.identity = identity;
        this.documents = documents;
    }

    @Override
    public Identity identity() {
        return identity;
    }

    @Override
    public void authenticate(Identity identity) {
        this.identity = identity;
    }

    @Override
    public MemoryDocuments documents() {
        return documents;
    }

    @Override
    public MemoryCollections collections() {
        return new MemoryCollections(identity, documents);
    }

    @Override
    public MemoryKeyValues keyValues() {
        return documents.keyValues();
    }

    @Override
    public CompletionStage<Position> subscribe(long subscription, SubscribeRequest request) {
        subscriptions.put(subscription, request);
        return CompletableFuture.completedFuture(documents.position());
    }

    @Override
    public void unsubscribe(long subscription) {
        subscriptions.remove(subscription);
    }

    public Map<Long, SubscribeRequest> subscriptions() {
        return Map.copyOf(subscriptions);
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
