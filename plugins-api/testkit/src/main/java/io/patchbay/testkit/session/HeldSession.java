package io.patchbay.testkit.session;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.Documents;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.feed.ChangePage;
import io.patchbay.api.feed.Position;
import io.patchbay.api.kv.KeyValues;
import io.patchbay.api.protocol.Session;
import io.patchbay.api.protocol.SubscribeRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A {@link MemorySession} that does everything at once, and says so only when it is told to {@link #release}: as a node whose answers come due later. For one thread. */
public final class HeldSession implements Session {
    private final MemorySession session;
    private final Deque<Runnable> held = new ArrayDeque<>();

    public HeldSession(MemorySession session) {
        this.session = session;
    }

    /** Lets the answer that was asked for first be known; false if none is held. */
    public boolean release() {
        Runnable first = held.poll();
        if (first == null) {
            return false;
        }
        first.run();
        return true;
    }

    private <T> CompletionStage<T> hold(CompletionStage<T> answer) {
        CompletableFuture<T> later = new CompletableFuture<>();
        held.add(() -> answer.whenComplete((result, failure) -> {
            if (failure == null) {
                later.complete(result);
            } else {
                later.completeExceptionally(failure);
            }
        }));
        return later;
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
        return new HeldDocuments();
    }

    @Override
    public MemoryCollections collections() {
        return session.collections();
    }

    @Override
    public KeyValues keyValues() {
        return session.keyValues();
    }

    @Override
    public CompletionStage<Position> subscribe(long subscription, SubscribeRequest request) {
        return hold(session.subscribe(subscription, request));
    }

    @Override
    public void unsubscribe(long subscription) {
        session.unsubscribe(subscription);
    }

    @Override
    public void close() {
        session.close();
    }

    private final class HeldDocuments implements Documents {
        @Override
        public CompletionStage<Document> get(String collection, String id) {
            return hold(session.documents().get(collection, id));
        }

        @Override
        public CompletionStage<Page> list(ListRequest request) {
            return hold(session.documents().list(request));
        }

        @Override
        public CompletionStage<TransactionResult> commit(TransactionRequest request) {
            return hold(session.documents().commit(request));
        }

        @Override
        public CompletionStage<ChangePage> changes(Optional<Position> since, int limit) {
            return hold(session.documents().changes(since, limit));
        }
    }
}
