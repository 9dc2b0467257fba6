package io.patchbay.engine.session;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Collections;
import io.patchbay.api.document.Documents;
import io.patchbay.api.feed.Position;
import io.patchbay.api.kv.KeyValues;
import io.patchbay.api.protocol.Session;
import io.patchbay.api.protocol.SubscribeRequest;
import io.patchbay.api.query.Expression;
import io.patchbay.engine.access.Action;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.collections.CollectionEntry;
import io.patchbay.engine.documents.Caller;
import io.patchbay.engine.documents.Failures;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A session: an identity, what it asks for, and the subscriptions it holds. Any thread; no call waits. */
public final class ClientSession implements Session, Caller {
    private final SessionParts parts;
    private final @Nullable EventSink sink;
    private final FanOutShard shard;
    private final Map<Long, Subscription> subscriptions = new ConcurrentHashMap<>();
    /** Those that are asked for and not prepared yet. Guards itself, and each step from it to {@link #subscriptions}. */
    private final Map<Long, Pending> pending = new HashMap<>();

    private final AtomicInteger inFlight = new AtomicInteger();
    private final Documents documents = new SessionDocuments(this);
    private final Collections collections = new SessionCollections(this);
    private final SessionKeyValues keyValues = new SessionKeyValues(this);
    private volatile Identity identity;
    private volatile boolean closed;

    /** The fan-out thread's: a page of a snapshot is on its way. */
    boolean snapshotBeingRead;

    /** @param sink where events go; null for a session that can't subscribe */
    public ClientSession(SessionParts parts, Identity identity, @Nullable EventSink sink) {
        this.parts = parts;
        this.identity = identity;
        this.sink = sink;
        this.shard = parts.fanOut().next();
    }

    SessionParts parts() {
        return parts;
    }

    @Override
    public Identity identity() {
        return identity;
    }

    @Override
    public void authenticate(Identity next) {
        identity = next;
        if (!subscriptions.isEmpty()) {
            shard.execute(() -> shard.onIdentity(this));
        }
    }

    @Override
    public Documents documents() {
        return documents;
    }

    @Override
    public Collections collections() {
        return collections;
    }

    @Override
    public KeyValues keyValues() {
        return keyValues;
    }

    @Override
    public CollectionEntry require(String collection) {
        return parts.catalog().require(collection);
    }

    boolean isExpired(long nowMs) {
        return identity.expiresAt().filter(end -> end.toEpochMilli() <= nowMs).isPresent();
    }

    /**
     * Runs a request that is counted until it ends.
     *
     * @return its stage; failed with TOKEN_EXPIRED if the identity's time is over
     */
    <T> CompletionStage<T> request(Supplier<CompletionStage<T>> work) {
        if (isExpired(parts.clock().millis())) {
            return CompletableFuture.failedFuture(new PatchbayException(
                    ErrorCode.TOKEN_EXPIRED, "The access token has ended; refresh it, or log in again."));
        }
        inFlight.incrementAndGet();
        CompletionStage<T> stage;
        try {
            stage = work.get();
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedFuture(Failures.of(e));
        }
        stage.whenComplete((result, failure) -> {
            inFlight.decrementAndGet();
            EventSink target = sink;
            if (target != null) {
                target.onRequestEnded();
            }
        });
        return stage;
    }

    /** Requests that have not ended yet. */
    public int inFlight() {
        return inFlight.get();
    }

    EventSink sink() {
        EventSink target = sink;
        if (target == null) {
            throw new IllegalStateException("only a session with a connection has subscriptions");
        }
        return target;
    }

    @Override
    public CompletionStage<Position> subscribe(long number, SubscribeRequest request) {
        return request(() -> {
            if (sink == null) {
                throw new PatchbayException(ErrorCode.BAD_REQUEST, "Only a session with a connection can subscribe.");
            }
            if (closed) {
                throw new PatchbayException(ErrorCode.CANCELLED, "The session is closed.");
            }
            Pending asked = new Pending(number, request);
            reserve(asked);
            return begin(asked);
        });
    }

    /** Its number is taken from now on, so that whatever comes right behind the request finds it. */
    private void reserve(Pending asked) {
        synchronized (pending) {
            if (pending.size() + subscriptions.size() >= Limits.SUBSCRIPTIONS_PER_CONNECTION) {
                throw PatchbayException.beyond(
                        "subscriptions_per_connection",
                        ErrorCode.LIMIT_EXCEEDED,
                        "A connection has at most " + Limits.SUBSCRIPTIONS_PER_CONNECTION + " subscriptions.");
            }
            if (subscriptions.containsKey(asked.number) || pending.putIfAbsent(asked.number, asked) != null) {
                throw new PatchbayException(
                        ErrorCode.CONFLICT, "There is a subscription " + asked.number + " already.");
            }
        }
    }

    private CompletionStage<Position> begin(Pending asked) {
        CompletableFuture<Position> started = new CompletableFuture<>();
        parts.readers().supply(() -> prepare(asked)).whenComplete((subscription, failure) -> {
            if (failure != null) {
                synchronized (pending) {
                    pending.remove(asked.number, asked);
                }
                started.completeExceptionally(Failures.of(failure));
                return;
            }
            // Registered before its first event can come, so that it can be ended from then on.
            if (!register(asked, subscription)) {
                started.completeExceptionally(
                        new PatchbayException(ErrorCode.CANCELLED, "The subscription was ended before it began."));
                return;
            }
            started.whenComplete((position, failed) -> {
                if (failed != null) {
                    subscriptions.remove(asked.number, subscription);
                }
            });
            if (subscription.scanned && scannedCount() > Limits.SCANNED_SUBSCRIPTIONS_PER_CONNECTION) {
                started.completeExceptionally(tooManyScanned(subscription));
                return;
            }
            if (closed) {
                subscription.ended = true;
            }
            shard.execute(() -> shard.begin(subscription, asked.request.since(), started));
        });
        return started;
    }

    /** Whether it was still wanted. */
    private boolean register(Pending asked, Subscription subscription) {
        synchronized (pending) {
            if (!pending.remove(asked.number, asked)) {
                return false;
            }
            subscriptions.put(asked.number, subscription);
            return true;
        }
    }

    private long scannedCount() {
        return subscriptions.values().stream()
                .filter(subscription -> subscription.scanned)
                .count();
    }

    private static PatchbayException tooManyScanned(Subscription subscription) {
        return PatchbayException.beyond(
                "scanned_subscriptions_per_connection",
                ErrorCode.LIMIT_EXCEEDED,
                "A connection has at most " + Limits.SCANNED_SUBSCRIPTIONS_PER_CONNECTION
                        + " subscriptions that have to be asked about every change of '"
                        + subscription.collection.name()
                        + "' and the like; give the filter a term such as 'room == 7', 'id in [1, 2]' or '\"ann\" in members'.");
    }

    /** Told apart by what it is, for a number may be asked for again. */
    private static final class Pending {
        final long number;
        final SubscribeRequest request;

        Pending(long number, SubscribeRequest request) {
            this.number = number;
            this.request = request;
        }
    }

    private Subscription prepare(Pending asked) {
        SubscribeRequest request = asked.request;
        parts.catalog().awaitLoaded();
        CollectionEntry collection = require(request.collection());
        Visibility sight = requireSight(collection, Action.LIST);
        Optional<Expression> filter = request.filter().map(parts.filters()::parse);
        if (request.since().isPresent()) {
            long offset = parts.feed().requireOffset(request.since().get());
            if (offset < parts.feed().trimmedThrough()) {
                throw new PatchbayException(
                        ErrorCode.HISTORY_GONE,
                        "The changes behind that position are no longer kept; load the state anew.");
            }
            // Rules may have changed since then, or the collection is another of that name: changes alone don't tell
            // what
            // has come into sight or left it.
            if (request.mode() == SubscribeRequest.Mode.WATCH && offset < collection.revision()) {
                throw new PatchbayException(
                        ErrorCode.HISTORY_GONE,
                        "The collection was defined anew behind that position; load the state anew.");
            }
        }
        return new Subscription(
                this,
                asked.number,
                request.mode(),
                filter,
                collection,
                filter.map(sight::and).orElse(sight),
                0);
    }

    @Override
    public void unsubscribe(long number) {
        Subscription subscription;
        synchronized (pending) {
            pending.remove(number);
            subscription = subscriptions.remove(number);
        }
        if (subscription != null) {
            subscription.ended = true;
            shard.execute(() -> shard.forget(this, number));
        }
    }

    /** The fan-out has ended it. */
    void ended(Subscription subscription) {
        subscriptions.remove(subscription.number, subscription);
    }

    /** The connection takes more events. Any thread. */
    public void onWritable() {
        if (!subscriptions.isEmpty()) {
            shard.execute(() -> shard.onWritable(this));
        }
    }

    public int subscriptionCount() {
        return subscriptions.size();
    }

    /** Ends its subscriptions, whose readers hear why; there will be no others. */
    void end(PatchbayException reason) {
        closed = true;
        shard.execute(() -> shard.endAll(this, reason));
        keyValues.end(reason);
    }

    @Override
    public void close() {
        closed = true;
        for (Long number : subscriptions.keySet()) {
            unsubscribe(number);
        }
        keyValues.close();
    }
}
