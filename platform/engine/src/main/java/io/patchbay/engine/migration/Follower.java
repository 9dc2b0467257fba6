package io.patchbay.engine.migration;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.engine.migration.SwappableStore.Pin;
import io.patchbay.engine.migration.SwappableStore.Standing;
import io.patchbay.engine.store.Binding;
import io.patchbay.engine.store.StoreSlot;
import java.util.List;
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
final class Follower implements AutoCloseable, Level {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final long IDLE_MS = 200;
    private static final long RETRY_MS = 2_000;
    private static final long LOOK_MS = 50;
    private static final long TRIM_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final SwappableStore store;
    private final Binding binding;
    private final Pin pin;
    private final AutoCloseable publications;
    private final Thread thread;

    // Held for a step, and by a roll-back while it takes the store over. Guards `replica` and `adapterWent`.
    private final Object turn = new Object();
    private @Nullable Replica replica;
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
    // Where those wait who want it to have passed an offset.
    private final Object progress = new Object();

    /** @param replica the store, already open, listening and level with the feed; null after a restart */
    Follower(SwappableStore store, Binding binding, @Nullable Replica replica) {
        this.store = store;
        this.binding = binding;
        this.replica = replica;
        this.offset = replica == null ? 0 : replica.offset();
        this.pin = store.pin("follower", offset);
        this.publications = store.onPublish(this::wake);
        this.thread = new Thread(this::run, "patchbay-follower " + store.name());
        thread.setDaemon(true);
        thread.start();
    }

    Binding binding() {
        return binding;
    }

    /** Transactions it is behind. */
    long lag() {
        return Math.max(0, store.position().offset() - offset);
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
                    level = stopping || step(store::findBeside) == 0;
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
    private long step(Function<Binding, Optional<Replica>> opener) {
        if (!store.started()) {
            return 0;
        }
        Replica open = replica;
        if (open != null && !open.current()) {
            letGo(open);
            open = null;
        }
        if (open == null) {
            open = reopen(opener);
            passed(open.offset());
        }
        long went = open.step();
        passed(open.offset());
        trim(open);
        return went;
    }

    private void passed(long now) {
        offset = now;
        pin.moveTo(now);
        synchronized (progress) {
            progress.notifyAll();
        }
    }

    /** Its adapter was updated or is going. Guarded by the turn. */
    private void letGo(Replica open) {
        replica = null;
        adapterWent = true;
        // Readers that began before the flip may be in it still.
        open.retire(Limits.DRAIN);
        close(open);
        if (StoreSlot.nodeStops()) {
            stopping = true;
            throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.");
        }
    }

    /** What the serving store no longer keeps, its follower need not keep either. Guarded by the turn. */
    private void trim(Replica open) {
        long now = System.nanoTime();
        if (now - trimmedNanos >= TRIM_EVERY_NANOS) {
            trimmedNanos = now;
            open.trim();
        }
    }

    private Replica reopen(Function<Binding, Optional<Replica>> opener) {
        Replica opened = opener.apply(binding)
                .orElseThrow(() -> new PatchbayException(
                        ErrorCode.UNAVAILABLE, "No plugin offers the adapter '" + binding.adapter() + "'."));
        try {
            opened.resume();
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
        replica = opened;
        if (adapterWent) {
            adapterWent = false;
            LOG.info("The adapter {} was updated; its store follows again", binding.adapter());
        }
        return opened;
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
    private Optional<Replica> openAwaited(Binding wanted) {
        return Optional.of(store.openBeside(wanted));
    }

    /** Brings the store along until it is nearly level, without holding anything up; it can be cancelled. */
    void catchUp(JobControl control) {
        new CatchUp(store, this::stepAwaited, () -> offset, control).run();
    }

    private long stepAwaited() {
        synchronized (turn) {
            return step(this::openAwaited);
        }
    }

    /** Guarded by the turn. */
    private Replica requireOpen() {
        Replica open = replica;
        if (open == null) {
            throw new PatchbayException(ErrorCode.STORE_UNAVAILABLE, "The store that follows is not open: " + fault);
        }
        return open;
    }

    @Override
    public List<Table<?>> tables() {
        synchronized (turn) {
            step(this::openAwaited);
            return requireOpen().tables();
        }
    }

    @Override
    public void awaitPassed(long wanted, JobControl control) {
        long since = System.nanoTime();
        long at = offset;
        while (offset < wanted) {
            control.checkCancelled();
            if (offset > at) {
                at = offset;
                since = System.nanoTime();
            }
            String wrong = fault;
            if (stopping || System.nanoTime() - since > Limits.WRITER_WAIT.toNanos()) {
                throw new PatchbayException(
                        ErrorCode.STORE_UNAVAILABLE,
                        "The store that follows does not get on" + (wrong == null ? "." : ": " + wrong));
            }
            synchronized (progress) {
                try {
                    if (offset < wanted) {
                        progress.wait(LOOK_MS);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.", e);
                }
            }
        }
    }

    @Override
    public void look(Standing last, Runnable look) {
        synchronized (turn) {
            Replica open = requireOpen();
            open.finish(last);
            passed(open.offset());
            look.run();
        }
    }

    /**
     * Ends following and gives the store away, level with {@code last}: called while writers are held.
     *
     * @throws PatchbayException STORE_UNAVAILABLE if the store can't be brought level; it follows on then
     */
    Replica takeOver(Standing last, JobControl control) {
        synchronized (turn) {
            step(this::openAwaited);
            Replica open = requireOpen();
            open.finish(last);
            Migration.requireEqual(last, open.standing());
            control.pointOfNoReturn();
            stopping = true;
            replica = null;
            return open;
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
        pin.close();
        synchronized (turn) {
            Replica open = replica;
            replica = null;
            if (open != null) {
                open.retire(Limits.DRAIN);
                close(open);
            }
        }
    }

    /** Its lease ends in any case. */
    private void close(Replica open) {
        try {
            open.close();
        } catch (RuntimeException | Error e) {
            LOG.warn("The store {} did not close cleanly", binding, e);
        }
    }
}
