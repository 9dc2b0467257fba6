package io.patchbay.engine.session;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Document;
import io.patchbay.api.feed.Position;
import io.patchbay.api.protocol.SubscribeRequest;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.protocol.SubscriptionEvent.DocumentChange;
import io.patchbay.engine.access.Action;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.collections.Catalog;
import io.patchbay.engine.collections.CollectionEntry;
import io.patchbay.engine.collections.SystemCollection;
import io.patchbay.engine.documents.DocumentQueries;
import io.patchbay.engine.documents.Failures;
import io.patchbay.engine.documents.Readers;
import io.patchbay.engine.feed.ChangeFeed;
import io.patchbay.engine.feed.FeedChange;
import io.patchbay.engine.feed.FeedTransaction;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fan-out thread of some of the sessions. It reads the feed once for all live subscriptions and tells each what concerns it; those that can't keep up leave the common stream, remember
 * how far they are, and read the feed for themselves when their connection takes more, until they are level again.
 *
 * <p>It never waits for the disk: pages of a snapshot, and history that is no longer in memory, are read by the readers, whose answers come back as tasks. All state of a
 * subscription belongs to this thread. A subscription that catches up does one bounded step at a time, so none holds up the others.
 */
final class FanOutShard {
    /** Transactions that are taken from the feed in one go. */
    private static final int STEP_TRANSACTIONS = 512;
    /** Bytes of coalesced changes in one event. */
    private static final int COALESCED_BYTES = 512 << 10;

    private static final int SNAPSHOT_DOCUMENTS = 500;
    private static final long RETRY_MS = 200;
    /** A watcher further behind than this gets a new snapshot instead of all it has missed. */
    private static final long RELOAD_LAG = 250_000;

    private static final Logger LOG = LoggerFactory.getLogger(FanOutShard.class);

    private final ChangeFeed feed;
    private final Catalog catalog;
    private final DocumentQueries queries;
    private final Readers readers;
    private final Clock clock;
    private final FanOutMeters meters;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile boolean stopping;

    // The thread's own from here on.
    private final Map<Long, CollectionQueries> live = new HashMap<>();
    private final Map<ClientSession, Map<Long, Subscription>> subscriptions = new HashMap<>();
    private final List<LiveQuery> touched = new ArrayList<>();
    /** Others look at it now and then, for the metrics alone. */
    private volatile Position cursor;

    private volatile int count;

    FanOutShard(
            int number,
            ChangeFeed feed,
            Catalog catalog,
            DocumentQueries queries,
            Readers readers,
            Clock clock,
            FanOutMeters meters) {
        this.meters = meters;
        this.feed = feed;
        this.catalog = catalog;
        this.queries = queries;
        this.readers = readers;
        this.clock = clock;
        this.cursor = feed.position();
        this.thread = new Thread(this::run, "patchbay-fanout-" + number);
    }

    void start() {
        thread.start();
    }

    /** Any thread. */
    void execute(Runnable task) {
        tasks.add(task);
        wake();
    }

    /** There may be something to do. Any thread, never waits. */
    void wake() {
        if (!woken.getAndSet(true)) {
            LockSupport.unpark(thread);
        }
    }

    /** Any thread. */
    long behind() {
        return Math.max(0, feed.position().offset() - cursor.offset());
    }

    int subscriptionCount() {
        return count;
    }

    private void run() {
        while (!stopping) {
            woken.set(false);
            try {
                runTasks();
                if (!readFeed() && tasks.isEmpty() && !woken.get() && !stopping) {
                    LockSupport.park(this);
                }
            } catch (RuntimeException e) {
                LOG.error("The fan-out failed at {}; it goes on behind it", cursor, e);
            }
        }
    }

    private void runTasks() {
        // Those that are added meanwhile come after the next look at the feed.
        for (int left = tasks.size(); left > 0; left--) {
            Runnable task = tasks.poll();
            if (task == null) {
                return;
            }
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("A task of the fan-out failed", e);
            }
        }
    }

    /** @return whether there may be more */
    private boolean readFeed() {
        Position now = feed.position();
        if (followEpoch(now)) {
            return true;
        }
        if (now.offset() <= cursor.offset()) {
            return false;
        }
        Optional<List<FeedTransaction>> recent = feed.readRecent(cursor.offset(), STEP_TRANSACTIONS);
        if (recent.isEmpty()) {
            everybodyCatchesUp(now);
            return true;
        }
        long beganNanos = System.nanoTime();
        for (FeedTransaction transaction : recent.get()) {
            meters.changes.add(transaction.changes().size());
            cursor = new Position(now.epoch(), transaction.offset());
            tell(transaction);
        }
        meters.time.record(System.nanoTime() - beganNanos);
        return !recent.get().isEmpty();
    }

    private boolean followEpoch(Position now) {
        if (now.epoch().equals(cursor.epoch())) {
            return false;
        }
        cursor = now;
        historyGone();
        return true;
    }

    private void tell(FeedTransaction transaction) {
        for (FeedChange change : transaction.changes()) {
            CollectionQueries queriesOfCollection = live.get(change.collection());
            if (queriesOfCollection != null) {
                queriesOfCollection.tell(change, transaction.offset(), touched);
            }
        }
        for (LiveQuery query : touched) {
            tell(query, query.takeChanges());
        }
        touched.clear();
        for (FeedChange change : transaction.changes()) {
            if (change.collection() == SystemCollection.COLLECTIONS.id()) {
                definitionChanged(change.id());
            }
        }
    }

    private void tell(LiveQuery query, List<DocumentChange> changes) {
        if (query.filter.tooCostly()) {
            List.copyOf(query.subscriptions).forEach(subscription -> end(subscription, LiveFilter.tooCostlyFailure()));
            return;
        }
        boolean left = false;
        List<Subscription> listeners = query.subscriptions;
        // One that ends while it is told leaves the list, and the next takes its place.
        for (int i = 0; i < listeners.size(); ) {
            Subscription subscription = listeners.get(i);
            left |= !tell(subscription, changes);
            if (i < listeners.size() && listeners.get(i) == subscription) {
                i++;
            }
        }
        if (left) {
            listeners.removeIf(FanOutShard::hasLeft);
            forgetIfEmpty(query);
        }
    }

    /** @return false if it can't take more, and has left the common stream */
    private boolean tell(Subscription subscription, List<DocumentChange> changes) {
        if (cursor.offset() <= subscription.offset || subscription.ended) {
            return true;
        }
        if (subscription.session.sink().writable()) {
            subscription.offset = cursor.offset();
            deliver(subscription, new SubscriptionEvent.Changes(subscription.number, cursor, changes));
            return true;
        }
        subscription.offset = cursor.offset() - 1;
        subscription.state = Subscription.State.CATCHING_UP;
        return false;
    }

    private void deliver(Subscription subscription, SubscriptionEvent event) {
        if (subscription.session.isExpired(clock.millis())) {
            end(
                    subscription,
                    new PatchbayException(
                            ErrorCode.TOKEN_EXPIRED, "The access token has ended; refresh it and subscribe again."));
            return;
        }
        meters.events.increment();
        subscription.session.sink().deliver(event, () -> !subscription.ended);
    }

    // --- how a subscription begins and ends

    /** @param since empty to begin now */
    void begin(Subscription subscription, Optional<Position> since, CompletableFuture<Position> started) {
        if (subscription.ended) {
            started.completeExceptionally(
                    new PatchbayException(ErrorCode.CANCELLED, "The subscription was ended before it began."));
            return;
        }
        followEpoch(feed.position());
        if (!current(subscription)) {
            started.completeExceptionally(
                    new PatchbayException(ErrorCode.COLLECTION_NOT_FOUND, "The collection was deleted just now."));
            return;
        }
        Position position = since.orElseGet(feed::position);
        subscription.offset = position.offset();
        subscriptions
                .computeIfAbsent(subscription.session, s -> new LinkedHashMap<>())
                .put(subscription.number, subscription);
        count++;
        // Its reply goes out before its first event: dependents of the stage run in here.
        started.complete(position);
        if (since.isEmpty() && subscription.watches()) {
            beginSnapshot(subscription, position);
        } else {
            catchUp(subscription);
        }
    }

    /** Whether the collection is still what it was when the subscription was prepared; takes over its newest rules. */
    private boolean current(Subscription subscription) {
        Optional<CollectionEntry> entry = catalog.find(subscription.collection.id());
        if (entry.isEmpty() || entry.get().deleting()) {
            return false;
        }
        subscription.collection = entry.get();
        return true;
    }

    void forget(ClientSession session, long number) {
        Map<Long, Subscription> ofSession = subscriptions.get(session);
        Subscription subscription = ofSession == null ? null : ofSession.get(number);
        if (subscription != null && subscription.ended) {
            remove(subscription);
        }
    }

    void endAll(ClientSession session, PatchbayException reason) {
        of(session).forEach(subscription -> end(subscription, reason));
    }

    private void end(Subscription subscription, PatchbayException reason) {
        if (!subscription.ended) {
            subscription
                    .session
                    .sink()
                    .deliver(new SubscriptionEvent.Ended(subscription.number, reason), () -> !subscription.ended);
        }
        remove(subscription);
    }

    private void remove(Subscription subscription) {
        subscription.ended = true;
        subscription.session.ended(subscription);
        leaveLive(subscription);
        Map<Long, Subscription> ofSession = subscriptions.get(subscription.session);
        if (ofSession != null && ofSession.remove(subscription.number, subscription)) {
            count--;
            if (ofSession.isEmpty()) {
                subscriptions.remove(subscription.session);
            }
        }
    }

    private void joinLive(Subscription subscription) {
        subscription.state = Subscription.State.LIVE;
        subscription.freshSnapshot = false;
        LiveQuery query = live.computeIfAbsent(
                        subscription.collection.id(), id -> new CollectionQueries(id, subscription.collection.name()))
                .require(subscription.wanted);
        query.subscriptions.add(subscription);
        subscription.query = query;
    }

    private void leaveLive(Subscription subscription) {
        if (subscription.state != Subscription.State.LIVE) {
            return;
        }
        subscription.state = Subscription.State.CATCHING_UP;
        LiveQuery query = subscription.query;
        subscription.query = null;
        if (query != null) {
            query.subscriptions.remove(subscription);
            forgetIfEmpty(query);
        }
    }

    private static boolean hasLeft(Subscription subscription) {
        if (subscription.state == Subscription.State.LIVE) {
            return false;
        }
        subscription.query = null;
        return true;
    }

    private void forgetIfEmpty(LiveQuery query) {
        if (query.subscriptions.isEmpty()) {
            query.collection.remove(query);
            if (query.collection.isEmpty()) {
                live.remove(query.collection.id(), query.collection);
            }
        }
    }

    // --- who is behind

    /** The connection takes more. */
    void onWritable(ClientSession session) {
        for (Subscription subscription : of(session)) {
            goOn(subscription);
        }
    }

    private void goOn(Subscription subscription) {
        if (subscription.state == Subscription.State.SNAPSHOT) {
            readSnapshot(subscription);
        } else if (subscription.state == Subscription.State.CATCHING_UP) {
            catchUp(subscription);
        }
    }

    private List<Subscription> of(ClientSession session) {
        Map<Long, Subscription> ofSession = subscriptions.get(session);
        return ofSession == null ? List.of() : List.copyOf(ofSession.values());
    }

    private void everybodyCatchesUp(Position now) {
        long readThrough = cursor.offset();
        cursor = now;
        for (Subscription subscription : all()) {
            if (subscription.state == Subscription.State.LIVE) {
                subscription.offset = Math.max(subscription.offset, readThrough);
                leaveLive(subscription);
                catchUp(subscription);
            }
        }
        // Definitions may have changed in what was skipped.
        for (Subscription subscription : all()) {
            refresh(subscription);
        }
    }

    private List<Subscription> all() {
        List<Subscription> all = new ArrayList<>();
        subscriptions.values().forEach(ofSession -> all.addAll(ofSession.values()));
        return all;
    }

    /** One step; goes on as a task of its own, or when the connection is writable again. */
    private void catchUp(Subscription subscription) {
        if (subscription.ended || subscription.reading || subscription.state != Subscription.State.CATCHING_UP) {
            return;
        }
        if (!subscription.session.sink().writable()) {
            return;
        }
        if (isFarBehind(subscription)) {
            reload(
                    subscription,
                    new PatchbayException(
                            ErrorCode.HISTORY_GONE,
                            "Too much has changed since the last event that was read; the state is sent anew."));
            return;
        }
        Optional<List<FeedTransaction>> recent = feed.readRecent(subscription.offset, STEP_TRANSACTIONS);
        if (recent.isPresent()) {
            step(subscription, recent.get());
            return;
        }
        subscription.reading = true;
        long offset = subscription.offset;
        readers.supply(() -> readKept(offset))
                .whenComplete((kept, failure) -> execute(() -> onKept(subscription, kept, failure)));
    }

    /** @param through nothing is missing up to here, even if no transaction has this offset */
    private record Kept(List<FeedTransaction> transactions, long through) {}

    private Kept readKept(long offset) {
        // Looked at first: what becomes durable while the store is read comes at the next step.
        long durable = feed.position().offset();
        List<FeedTransaction> transactions = feed.read(offset, STEP_TRANSACTIONS);
        return new Kept(transactions, transactions.isEmpty() ? durable : 0);
    }

    private boolean isFarBehind(Subscription subscription) {
        return subscription.watches()
                && !subscription.freshSnapshot
                && feed.position().offset() - subscription.offset > RELOAD_LAG;
    }

    private void onKept(Subscription subscription, Kept kept, Throwable failure) {
        subscription.reading = false;
        if (subscription.ended || subscription.state != Subscription.State.CATCHING_UP) {
            return;
        }
        if (failure == null) {
            subscription.offset = Math.max(subscription.offset, kept.through());
            if (kept.transactions().isEmpty()) {
                catchUp(subscription);
            } else {
                step(subscription, kept.transactions());
            }
            return;
        }
        PatchbayException reason = Failures.of(failure);
        if (reason.code() == ErrorCode.HISTORY_GONE) {
            reload(subscription, reason);
        } else if (reason.code().retryable() && !stopping) {
            later(() -> catchUp(subscription));
        } else {
            end(subscription, reason);
        }
    }

    private void step(Subscription subscription, List<FeedTransaction> transactions) {
        if (transactions.isEmpty()) {
            joinLive(subscription);
            return;
        }
        if (subscription.watches()) {
            tellCoalesced(subscription, transactions);
        } else {
            tellEach(subscription, transactions);
        }
        if (!subscription.ended && subscription.session.sink().writable()) {
            execute(() -> catchUp(subscription));
        }
    }

    private void tellEach(Subscription subscription, List<FeedTransaction> transactions) {
        LiveFilter filter = new LiveFilter(subscription.wanted);
        for (FeedTransaction transaction : transactions) {
            List<DocumentChange> changes = LiveQuery.changes(subscription, filter, transaction);
            if (filter.tooCostly()) {
                end(subscription, LiveFilter.tooCostlyFailure());
                return;
            }
            if (!changes.isEmpty()) {
                if (subscription.ended || !subscription.session.sink().writable()) {
                    return;
                }
                deliver(
                        subscription,
                        new SubscriptionEvent.Changes(subscription.number, at(transaction.offset()), changes));
            }
            subscription.offset = transaction.offset();
        }
    }

    private void tellCoalesced(Subscription subscription, List<FeedTransaction> transactions) {
        if (!subscription.session.sink().writable()) {
            return;
        }
        Coalescing sum = new Coalescing(subscription);
        long through = subscription.offset;
        for (FeedTransaction transaction : transactions) {
            sum.add(transaction);
            through = transaction.offset();
            if (sum.bytes() > COALESCED_BYTES || sum.tooCostly()) {
                break;
            }
        }
        subscription.offset = through;
        List<DocumentChange> changes = sum.changes();
        if (sum.tooCostly()) {
            end(subscription, LiveFilter.tooCostlyFailure());
            return;
        }
        if (!changes.isEmpty()) {
            deliver(subscription, new SubscriptionEvent.Changes(subscription.number, at(through), changes));
        }
    }

    /** After a moment, on this thread: for what failed and may work then. */
    private void later(Runnable task) {
        CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS, this::execute)
                .execute(task);
    }

    private Position at(long offset) {
        return new Position(cursor.epoch(), offset);
    }

    private void reload(Subscription subscription, PatchbayException reason) {
        deliver(subscription, new SubscriptionEvent.Reload(subscription.number, reason));
        if (subscription.ended) {
            return;
        }
        if (subscription.mode == SubscribeRequest.Mode.CHANGES) {
            remove(subscription);
        } else {
            leaveLive(subscription);
            beginSnapshot(subscription, feed.position());
        }
    }

    private void historyGone() {
        PatchbayException reason =
                new PatchbayException(ErrorCode.HISTORY_GONE, "The store has begun another history.");
        for (Subscription subscription : all()) {
            if (current(subscription)) {
                leaveLive(subscription);
                reload(subscription, reason);
            } else {
                end(subscription, collectionGone(subscription));
            }
        }
    }

    // --- snapshots

    private void beginSnapshot(Subscription subscription, Position position) {
        subscription.state = Subscription.State.SNAPSHOT;
        subscription.freshSnapshot = true;
        subscription.snapshots++;
        subscription.snapshot = SnapshotReading.from(position);
        readSnapshot(subscription);
    }

    /** One page at a time for a whole session: a thousand snapshots must not meet in one outbox. */
    private void readSnapshot(Subscription subscription) {
        ClientSession session = subscription.session;
        SnapshotReading snapshot = subscription.snapshot;
        if (snapshot == null
                || session.snapshotBeingRead
                || subscription.ended
                || !session.sink().writable()) {
            return;
        }
        session.snapshotBeingRead = true;
        int number = subscription.snapshots;
        CollectionEntry collection = subscription.collection;
        Visibility wanted = subscription.wanted;
        readers.supply(() -> queries.find(collection, wanted, List.of(), snapshot.after(), SNAPSHOT_DOCUMENTS))
                .whenComplete((page, failure) -> execute(() -> {
                    session.snapshotBeingRead = false;
                    onSnapshotPage(subscription, number, page, failure);
                    of(session).forEach(this::readSnapshot);
                }));
    }

    private void onSnapshotPage(Subscription subscription, int number, DocumentQueries.Found page, Throwable failure) {
        SnapshotReading snapshot = subscription.snapshot;
        if (subscription.ended || number != subscription.snapshots || snapshot == null) {
            return;
        }
        if (failure != null) {
            onSnapshotFailure(subscription, Failures.of(failure));
            return;
        }
        if (!subscription.session.sink().writable()) {
            // Other events have filled the outbox meanwhile: the page is read again when there is room.
            return;
        }
        List<Document> items = page.documents().stream()
                .map(document -> new Document(subscription.collection.name(), document))
                .toList();
        deliver(
                subscription,
                new SubscriptionEvent.Snapshot(subscription.number, snapshot.position(), items, !page.more()));
        if (page.more()) {
            subscription.snapshot = snapshot.behind(page.documents());
        } else {
            subscription.snapshot = null;
            subscription.offset = snapshot.position().offset();
            subscription.state = Subscription.State.CATCHING_UP;
            catchUp(subscription);
        }
    }

    private void onSnapshotFailure(Subscription subscription, PatchbayException reason) {
        if (reason.code().retryable() && !stopping) {
            later(() -> readSnapshot(subscription));
        } else {
            end(subscription, reason);
        }
    }

    // --- rights and definitions

    /** The session has another identity. */
    void onIdentity(ClientSession session) {
        of(session).forEach(this::refresh);
    }

    private void definitionChanged(String name) {
        for (Subscription subscription : all()) {
            if (subscription.collection.name().equals(name)) {
                refresh(subscription);
            }
        }
    }

    /** Takes over the rules as they are now; ends what they no longer allow. */
    private void refresh(Subscription subscription) {
        if (!current(subscription)) {
            end(subscription, collectionGone(subscription));
            return;
        }
        Visibility wanted;
        try {
            Visibility sight = subscription.session.requireSight(subscription.collection, Action.LIST);
            wanted = subscription.filter.map(sight::and).orElse(sight);
        } catch (PatchbayException e) {
            end(subscription, e);
            return;
        }
        if (wanted.equals(subscription.wanted)) {
            return;
        }
        boolean wasLive = subscription.state == Subscription.State.LIVE;
        if (wasLive) {
            subscription.offset = Math.max(subscription.offset, cursor.offset());
            leaveLive(subscription);
        }
        subscription.wanted = wanted;
        if (subscription.watches()) {
            reload(
                    subscription,
                    new PatchbayException(
                            ErrorCode.FORBIDDEN, "What you may see has changed; the state is sent anew."));
        } else if (wasLive) {
            catchUp(subscription);
        }
    }

    private static PatchbayException collectionGone(Subscription subscription) {
        return new PatchbayException(
                ErrorCode.COLLECTION_NOT_FOUND, "The collection '" + subscription.collection.name() + "' was deleted.");
    }

    /** The thread ends; nobody hears more. */
    void close() {
        stopping = true;
        wake();
        try {
            thread.join(Limits.DRAIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
