package io.patchbay.engine.migration;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.engine.commit.Committer;
import io.patchbay.engine.feed.ChangeFeed;
import io.patchbay.engine.feed.FeedPin;
import io.patchbay.engine.store.Binding;
import io.patchbay.engine.store.OpenStore;
import io.patchbay.engine.store.StoreSlot;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the store that served before up to date with the one that serves now, so that rolling back loses nothing. Its own thread; it opens its store anew when the adapter was updated, and after a
 * restart of the node goes on where the store stands.
 */
final class Follower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final long IDLE_MS = 200;
    private static final long RETRY_MS = 2_000;
    private static final long TRIM_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final StoreSlot slot;
    private final Committer committer;
    private final ChangeFeed feed;
    private final Binding binding;
    private final CommitTap tap;
    private final FeedPin pin;
    private final AutoCloseable publications;
    private final Thread thread = new Thread(this::run, "patchbay-follower");

    // Held for a step, and by a roll-back while it takes the store over. Guards `open`, `replay` and `adapterWent`.
    private final Object turn = new Object();
    private @Nullable OpenStore open;
    private @Nullable Replay replay;
    private boolean adapterWent;
    private long trimmedNanos = System.nanoTime();
    private volatile long offset;
    private volatile @Nullable String fault;
    private volatile boolean stopping;
    // Used by its thread only: since when the adapter is not there, and whether that is told.
    private long missingNanos;
    private boolean missing;
    private boolean missingTold;
    // Guarded by `news`.
    private final Object news = new Object();
    private boolean published;

    /** @param open the store, already open and level with the feed; null after a restart */
    Follower(
            StoreSlot slot,
            Committer committer,
            ChangeFeed feed,
            Binding binding,
            CommitTap tap,
            @Nullable OpenStore open) {
        this.slot = slot;
        this.committer = committer;
        this.feed = feed;
        this.binding = binding;
        this.tap = tap;
        this.open = open;
        if (open != null) {
            this.replay = new Replay(feed, tap, open.store());
            this.offset = replay.offset();
        }
        this.pin = feed.pin("follower", offset);
        this.publications = feed.onPublish(this::wake);
        thread.setDaemon(true);
        thread.start();
    }

    Binding binding() {
        return binding;
    }

    /** Transactions it is behind. */
    long lag() {
        return Math.max(0, feed.position().offset() - offset);
    }

    Optional<String> findFault() {
        return Optional.ofNullable(fault);
    }

    private void wake() {
        synchronized (news) {
            published = true;
            news.notifyAll();
        }
    }

    private void await(long ms) {
        synchronized (news) {
            try {
                if (!published && !stopping) {
                    news.wait(ms);
                }
                published = false;
            } catch (InterruptedException e) {
                stopping = true;
            }
        }
    }

    private void run() {
        while (!stopping) {
            try {
                boolean level;
                synchronized (turn) {
                    // It never waits for an adapter: it could not end with the node meanwhile.
                    level = stopping || step(slot::findBeside) == 0;
                }
                fault = null;
                missing = false;
                if (level) {
                    await(IDLE_MS);
                }
            } catch (RuntimeException | Error e) {
                // An Error too, such as a class that its adapter lacks: then it tries again, perhaps with the next
                // version.
                fail(e);
                await(RETRY_MS);
            }
        }
    }

    /** Guarded by the turn. */
    private long step(Function<Binding, Optional<OpenStore>> opener) {
        if (!feed.started()) {
            return 0;
        }
        OpenStore store = open;
        if (store != null && !store.current()) {
            letGo(store);
        }
        Replay current = replay;
        if (current == null) {
            current = reopen(opener);
            offset = current.offset();
        }
        if (tap.missed()) {
            copyOutcomes();
        }
        long went = current.step();
        offset = current.offset();
        pin.moveTo(offset);
        trim();
        return went;
    }

    /** Its adapter was updated or is going. Guarded by the turn. */
    private void letGo(OpenStore store) {
        open = null;
        replay = null;
        adapterWent = true;
        // Readers that began before the flip may be in it still.
        store.retire(Limits.DRAIN);
        close(store);
        if (StoreSlot.nodeStops()) {
            stopping = true;
            throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.");
        }
    }

    /** What the serving store no longer keeps, its follower need not keep either. Guarded by the turn. */
    private void trim() {
        OpenStore store = open;
        long now = System.nanoTime();
        if (store == null || now - trimmedNanos < TRIM_EVERY_NANOS) {
            return;
        }
        trimmedNanos = now;
        store.store().trimChanges(Math.min(feed.trimmedThrough(), offset), System.currentTimeMillis());
    }

    private Replay reopen(Function<Binding, Optional<OpenStore>> opener) {
        OpenStore store = opener.apply(binding)
                .orElseThrow(() -> new PatchbayException(
                        ErrorCode.UNAVAILABLE, "No plugin offers the adapter '" + binding.adapter() + "'."));
        try {
            StoreState state = store.store().state();
            if (!state.epoch().equals(feed.position().epoch())) {
                throw new PatchbayException(
                        ErrorCode.HISTORY_GONE, "The store that follows has another history; drop it.");
            }
            Replay fresh = new Replay(feed, tap, store.store());
            open = store;
            replay = fresh;
            copyOutcomes();
            if (adapterWent) {
                adapterWent = false;
                LOG.info("The adapter {} was updated; its store follows again", binding.adapter());
            }
            return fresh;
        } catch (RuntimeException | Error e) {
            open = null;
            replay = null;
            store.close();
            throw e;
        }
    }

    private void copyOutcomes() {
        OpenStore store = open;
        if (store != null) {
            new StoreCopy(slot, store.store(), JobSilence.INSTANCE).outcomes();
            store.store().finishLoad(store.store().state());
        }
    }

    private void fail(Throwable e) {
        String message = e instanceof PatchbayException ? String.valueOf(e.getMessage()) : e.toString();
        boolean isMissing = e instanceof PatchbayException failure && failure.code() == ErrorCode.UNAVAILABLE;
        if (isMissing ? missedForLong() : !message.equals(fault)) {
            if (!stopping && !StoreSlot.nodeStops()) {
                LOG.warn("The store {} can't follow: {}", binding, message);
            }
        }
        missing = isMissing;
        fault = message;
    }

    /** True once: while a node starts or an adapter is updated, the adapter is not there for a moment. */
    private boolean missedForLong() {
        if (!missing) {
            missingNanos = System.nanoTime();
            missingTold = false;
        }
        boolean tell = !missingTold && System.nanoTime() - missingNanos >= Limits.LEASE_WAIT.toNanos();
        missingTold |= tell;
        return tell;
    }

    /** For a job, which is told at once what it waited for in vain. */
    private Optional<OpenStore> openAwaited(Binding wanted) {
        return Optional.of(slot.openBeside(wanted));
    }

    /** Brings the store along until it is nearly level, without holding anything up; it can be cancelled. */
    void catchUp(JobControl control) {
        long from = offset;
        int roundsNearlyLevel = 0;
        // Under a steady stream of writes it never stands level; it is enough that little is left for the pause.
        while (roundsNearlyLevel < 3) {
            control.checkCancelled();
            long went;
            synchronized (turn) {
                went = step(this::openAwaited);
            }
            roundsNearlyLevel = went <= Migration.NEARLY_LEVEL ? roundsNearlyLevel + 1 : 0;
            control.progress("catching up", offset - from, feed.position().offset() - from, "transactions");
        }
    }

    /**
     * Ends following and gives the store away, level with {@code last}: called while the committer is paused.
     *
     * @throws PatchbayException STORE_UNAVAILABLE if the store can't be brought level; it follows on then
     */
    OpenStore takeOver(StoreState last) {
        synchronized (turn) {
            step(this::openAwaited);
            OpenStore store = open;
            Replay current = replay;
            if (store == null || current == null) {
                throw new PatchbayException(
                        ErrorCode.STORE_UNAVAILABLE, "The store that follows is not open: " + fault);
            }
            current.finish(last);
            Verification.requireEqual(last, store.store().state());
            stopping = true;
            open = null;
            replay = null;
            return store;
        }
    }

    /** Stops following; closes the store unless it was given away. Idempotent. */
    @Override
    public void close() {
        stopping = true;
        wake();
        try {
            thread.join(Limits.DRAIN.toMillis());
            publications.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("The follower's listener could not be removed", e);
        }
        committer.removeListener(tap);
        pin.close();
        synchronized (turn) {
            OpenStore store = open;
            open = null;
            replay = null;
            if (store != null) {
                store.retire(Limits.DRAIN);
                close(store);
            }
        }
    }

    /** Its lease ends in any case. */
    private void close(OpenStore store) {
        try {
            store.close();
        } catch (RuntimeException | Error e) {
            LOG.warn("The store {} did not close cleanly", binding, e);
        }
    }
}
