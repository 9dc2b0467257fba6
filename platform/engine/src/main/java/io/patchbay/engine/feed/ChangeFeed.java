package io.patchbay.engine.feed;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.feed.Position;
import io.patchbay.engine.store.StoreSlot;
import io.patchbay.engine.store.StoreUse;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Every durable change, in commit order.
 *
 * <p>The committer publishes; anyone reads, from any offset, at a pace of their own. The newest transactions are in memory with their before-images ({@link #readRecent}, never waits); older
 * ones come from the store, which is the truth: what a crash took from memory is read from there.
 */
public final class ChangeFeed {
    /** How many transactions stay in memory. */
    public static final int RECENT_TRANSACTIONS = 1 << 16;
    /** How many bytes of them. */
    public static final long RECENT_BYTES = DocumentMemory.limit(64L << 20, 8);

    private static final Position NOWHERE = new Position("none", 0);

    private final StoreSlot slot;
    private final FeedRing recent;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Set<FeedPin> pins = ConcurrentHashMap.newKeySet();
    // Written by the committer's thread, or by whoever holds the committer.
    private volatile Position last = NOWHERE;

    public ChangeFeed(StoreSlot slot, int recentTransactions, long recentBytes) {
        this.slot = slot;
        this.recent = new FeedRing(recentTransactions, recentBytes);
    }

    /** The store was opened or changed: go on where it stands. The committer's thread. */
    public void follow(StoreState state) {
        Position now = new Position(state.epoch(), state.lastOffset());
        if (!now.equals(last)) {
            recent.reset(state.lastOffset());
            last = now;
            listeners.forEach(Runnable::run);
        }
    }

    /** What is durable now. The committer's thread; listeners only take note. */
    public void publish(List<Transaction> transactions) {
        for (Transaction transaction : transactions) {
            recent.add(FeedTransaction.of(transaction));
        }
        last = new Position(
                last.epoch(), transactions.get(transactions.size() - 1).offset());
        for (Runnable listener : listeners) {
            listener.run();
        }
    }

    /** Behind the newest durable change; before the store was first opened, a position of no history. */
    public Position position() {
        return last;
    }

    /** Whether the store has been opened, so that {@link #position} means something. */
    public boolean started() {
        return last != NOWHERE;
    }

    /** The transactions behind {@code offset}, with before-images, if all of them are still in memory. Never waits. */
    public Optional<List<FeedTransaction>> readRecent(long offset, int limit) {
        return recent.read(offset, limit);
    }

    /**
     * The transactions behind {@code offset}, from memory or from the store; {@code limit} is about how many changes. May wait for the disk.
     *
     * @throws PatchbayException HISTORY_GONE; STORE_UNAVAILABLE
     */
    public List<FeedTransaction> read(long offset, int limit) {
        Optional<List<FeedTransaction>> fresh = recent.read(offset, limit);
        if (fresh.isPresent()) {
            return fresh.get();
        }
        try (StoreUse use = slot.use()) {
            // What is durable but not published yet waits: a reader must not be ahead of position().
            long through = last.offset();
            return FeedTransaction.group(use.store().readChanges(offset, limit)).stream()
                    .filter(transaction -> transaction.offset() <= through)
                    .toList();
        }
    }

    /**
     * The offset of {@code since}, if the history behind it is there.
     *
     * @throws PatchbayException HISTORY_GONE if it is of another epoch, or lies ahead of what is durable
     */
    public long requireOffset(Position since) {
        Position now = last;
        if (!since.epoch().equals(now.epoch()) || since.offset() > now.offset()) {
            throw new PatchbayException(
                    ErrorCode.HISTORY_GONE,
                    "That position is not of this store's history; load the state anew and go on from there.");
        }
        return since.offset();
    }

    /** The offset behind which changes are kept. May wait for the disk. */
    public long trimmedThrough() {
        try (StoreUse use = slot.use()) {
            return use.store().state().trimmedThrough();
        }
    }

    /** Runs {@code listener} after every publication, on the committer's thread: it must do no more than wake someone. Close to end. */
    public AutoCloseable onPublish(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** What comes behind {@code offset} is kept for a reader called {@code name}, until the pin moves on or is closed. */
    public FeedPin pin(String name, long offset) {
        FeedPin pin = new FeedPin(name, offset, pins::remove);
        pins.add(pin);
        return pin;
    }

    /** The pin that is furthest behind. */
    Optional<FeedPin> slowestPin() {
        FeedPin slowest = null;
        for (FeedPin pin : pins) {
            if (slowest == null || pin.offset() < slowest.offset()) {
                slowest = pin;
            }
        }
        return Optional.ofNullable(slowest);
    }

    public int pins() {
        return pins.size();
    }

    public int recentTransactions() {
        return recent.size();
    }

    public long recentBytes() {
        return recent.bytes();
    }
}
