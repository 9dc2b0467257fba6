package io.patchbay.engine.hooks;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Document;
import io.patchbay.api.feed.Position;
import io.patchbay.api.hook.CommittedChange;
import io.patchbay.api.hook.Hook;
import io.patchbay.api.plugin.Lease;
import io.patchbay.engine.collections.SystemCollection;
import io.patchbay.engine.feed.ChangeFeed;
import io.patchbay.engine.feed.FeedChange;
import io.patchbay.engine.feed.FeedPin;
import io.patchbay.engine.feed.FeedTransaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one version of a hook of the changes that are durable, one after the other in their order. It has a thread of its own, which reads the feed and calls the hook: one that hangs holds up nobody
 * else, and no write.
 *
 * <p>A change for which the hook fails is told again, after a second and then ever more rarely, and the later ones wait for it: the feed keeps them meanwhile, within its bounds. How far it came is
 * kept at most once a second, so what was told since is told again after a kill.
 */
final class ChangeTeller implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("hooks");
    private static final int BATCH = 100;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration REST = Duration.ofMinutes(1);
    private static final long KEEP_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A position that nothing was told behind is kept, too, before the feed has let go of it. */
    private static final long KEEP_IDLE_NANOS = TimeUnit.HOURS.toNanos(1);

    private final PluggedHook hook;
    private final ChangeTelling telling;
    /** Where a hook begins that was never here; empty before the store was opened. */
    private final Optional<Position> plugged;

    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean closing;
    /** The next version's teller has begun: what this one's call brings is nobody's business any more. */
    private volatile boolean superseded;

    // Written by the thread only.
    private volatile long told;
    private volatile String failure = "";
    private volatile @Nullable Position at;
    private boolean toldSinceKept;
    private long keptNanos = System.nanoTime();
    // Guarded by this.
    private boolean calling;
    private boolean overdue;

    ChangeTeller(PluggedHook hook, ChangeTelling telling) {
        this.hook = hook;
        this.telling = telling;
        plugged = Optional.of(telling.feed).filter(ChangeFeed::started).map(ChangeFeed::position);
        thread = new Thread(this::run, "patchbay-hook-after-" + hook.name());
        thread.setDaemon(true);
        thread.setContextClassLoader(ChangeTeller.class.getClassLoader());
    }

    /** @param before what the version before is told by: this one begins when that has ended, or does not come back */
    void start(Optional<ChangeTeller> before) {
        before.ifPresentOrElse(
                teller -> teller.ended
                        .copy()
                        .orTimeout(teller.hook.terms().timeLimit().toMillis(), TimeUnit.MILLISECONDS)
                        .whenComplete((end, hangs) -> {
                            teller.superseded = true;
                            thread.start();
                        }),
                thread::start);
    }

    /** How many transactions it has not looked at yet. */
    long behind() {
        Position now = at;
        return now == null ? 0 : Math.max(0, telling.feed.position().offset() - now.offset());
    }

    long told() {
        return told;
    }

    /** Why the change that is being told could not be; empty if nothing is wrong. */
    String failure() {
        return failure;
    }

    private void run() {
        try (AutoCloseable publications = telling.feed.onPublish(() -> LockSupport.unpark(thread));
                FeedPin pin = telling.feed.pin("hook " + hook.name(), 0)) {
            LOG.debug("The hook {} is told of changes by way of {}", hook.name(), publications);
            while (!closing && !begin(pin)) {
                LockSupport.parkNanos(LOOK.toNanos());
            }
            while (!closing) {
                step(pin);
            }
            if (toldSinceKept && !superseded) {
                keep();
            }
        } catch (InterruptedException e) {
            LOG.debug("The hook {} is no longer told of changes", hook.name());
        } catch (Exception e) {
            LOG.error("The hook {} is told of no more changes", hook.name(), e);
        } finally {
            ended.complete(null);
        }
    }

    /** Whether it is known where to begin. */
    private boolean begin(FeedPin pin) throws InterruptedException {
        if (!telling.feed.started() || !telling.catalog.isLoaded()) {
            return false;
        }
        try {
            Optional<Position> found = telling.findTold(hook.name());
            moveTo(pin, found.or(() -> plugged).orElseGet(telling.feed::position));
            if (found.isEmpty()) {
                telling.positions.save(hook.name(), requirePosition());
            }
            return true;
        } catch (RuntimeException e) {
            failure = "its position can't be had: " + e.getMessage();
            return false;
        }
    }

    private Position requirePosition() {
        Position now = at;
        if (now == null) {
            throw new IllegalStateException("not begun");
        }
        return now;
    }

    private void moveTo(FeedPin pin, Position position) {
        at = position;
        pin.moveTo(position.offset());
        if (!superseded) {
            telling.toldThrough(hook.name(), position);
        }
    }

    private void step(FeedPin pin) throws InterruptedException {
        Position from = requirePosition();
        Position durable = telling.feed.position();
        try {
            if (!durable.epoch().equals(from.epoch()) || durable.offset() < from.offset()) {
                LOG.warn(
                        "The hook {} goes on where another history begins: what it was not told of, it will not be",
                        hook.name());
                moveTo(pin, durable);
                return;
            }
            List<FeedTransaction> next = telling.feed.read(from.offset(), BATCH);
            if (!telling.feed.position().epoch().equals(from.epoch())) {
                return;
            }
            for (FeedTransaction transaction : next) {
                if (!tell(new Position(from.epoch(), transaction.offset()), transaction)) {
                    return;
                }
                moveTo(pin, new Position(from.epoch(), transaction.offset()));
            }
            if (next.isEmpty()) {
                moveTo(pin, durable);
                keepInTime();
                LockSupport.parkNanos((toldSinceKept ? LOOK : REST).toNanos());
            } else {
                keepInTime();
            }
        } catch (RuntimeException e) {
            if (e instanceof PatchbayException known && known.code() == ErrorCode.HISTORY_GONE) {
                long kept = telling.feed.trimmedThrough();
                LOG.warn(
                        "The hook {} misses changes: it is behind what the feed keeps, and goes on at {}",
                        hook.name(),
                        kept);
                moveTo(pin, new Position(from.epoch(), Math.max(kept, from.offset())));
            } else {
                failure = "the changes can't be read: " + e.getMessage();
                LockSupport.parkNanos(LOOK.toNanos());
            }
        }
    }

    /** @return false if it ended in the midst */
    private boolean tell(Position position, FeedTransaction transaction) {
        for (FeedChange change : transaction.changes()) {
            Optional<String> collection = change.collection() < SystemCollection.FIRST_USER_ID
                    ? Optional.empty()
                    : telling.catalog.findName(change.collection());
            if (collection.filter(hook.terms()::wants).isPresent()
                    && !tell(new CommittedChange(
                            collection.get(),
                            change.id(),
                            position,
                            Instant.ofEpochMilli(transaction.committedAtMs()),
                            change.after().map(stored -> new Document(collection.get(), stored))))) {
                return false;
            }
        }
        return true;
    }

    /** Until it works. */
    private boolean tell(CommittedChange change) {
        Duration pause = Breaker.SHORTEST;
        while (!closing) {
            Optional<Lease<Hook>> lease = hook.lease();
            if (lease.isEmpty()) {
                // It is being swapped: the end is near.
                LockSupport.parkNanos(LOOK.toNanos());
                continue;
            }
            Optional<Throwable> failed = call(lease.get(), change);
            if (failed.isEmpty()) {
                failure = "";
                told++;
                toldSinceKept = true;
                hook.meters().told.increment();
                return true;
            }
            if (closing) {
                return false;
            }
            failure = "it failed for the change " + change.position() + " of " + change.collection() + ": "
                    + failed.get();
            hook.meters().untold.increment();
            hook.logAfter(failure, failed.get());
            long until = System.nanoTime() + pause.toNanos();
            while (!closing && until - System.nanoTime() > 0) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
            pause = pause.multipliedBy(2).compareTo(Breaker.LONGEST) > 0 ? Breaker.LONGEST : pause.multipliedBy(2);
        }
        return false;
    }

    private Optional<Throwable> call(Lease<Hook> found, CommittedChange change) {
        synchronized (this) {
            calling = true;
            overdue = false;
        }
        Future<?> watch =
                hook.schedule(this::interrupt, hook.terms().timeLimit().toNanos());
        try (Lease<Hook> lease = found) {
            Hook leased = lease.provider();
            HookRun.underItsLoader(leased, () -> {
                leased.after(change);
                return change;
            });
            return Optional.empty();
        } catch (Throwable e) {
            // Also an Error, as before a change.
            found.failed(e);
            return Optional.of(e);
        } finally {
            watch.cancel(false);
            synchronized (this) {
                calling = false;
                // One that came too late is not for the store.
                Thread.interrupted();
            }
        }
    }

    /** The timer's thread. */
    private synchronized void interrupt() {
        if (calling) {
            overdue = true;
            thread.interrupt();
        }
    }

    /** Whether a call takes longer than it may, and has not come back. */
    synchronized boolean hangs() {
        return calling && overdue;
    }

    private void keepInTime() throws InterruptedException {
        long age = System.nanoTime() - keptNanos;
        if (age > (toldSinceKept ? KEEP_EVERY_NANOS : KEEP_IDLE_NANOS)) {
            keep();
        }
    }

    private void keep() throws InterruptedException {
        Position now = at;
        if (now == null) {
            return;
        }
        keptNanos = System.nanoTime();
        try {
            telling.positions.save(hook.name(), now);
            toldSinceKept = false;
        } catch (RuntimeException e) {
            LOG.debug("How far the hook {} was told is not kept: {}", hook.name(), e.getMessage());
        }
    }

    /** The call that runs may end. Does not wait. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
    }
}
