package io.patchbay.listeners;

import io.patchbay.api.Limits;
import io.patchbay.api.http.MovedConnection;
import io.patchbay.api.http.MovingTransport;
import io.patchbay.api.http.OpenConnection;
import io.patchbay.api.http.Transport;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import io.patchbay.api.protocol.MessageReceiver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the open connections to the transport that serves now, when another took the place of the one that had them; the other way too, when an update is undone.
 *
 * <p>A lease stands for the connections of the transport that serves: so its bundle is not stopped before they have moved. They move {@value #MOST_AT_A_TIME} at a time, each within {@link #MOVE}; what
 * is busy then is tried again, {@value #TRIES} times in all. What is left, the old transport drains: running requests end, all others are asked to come back. One thread of its own.
 */
final class ConnectionMoves implements AutoCloseable {
    static final int MOST_AT_A_TIME = 32;
    /** A client waits no longer for its connection to go on. */
    static final Duration MOVE = Duration.ofMillis(100);

    private static final int TRIES = 3;
    /** The switchboard gives a replaced provider {@link Limits#DRAIN}: in the rest of it, what could not move ends. */
    private static final Duration ALL_MOVES = Limits.DRAIN.multipliedBy(6).dividedBy(10);

    private static final Duration ALL = Limits.DRAIN.multipliedBy(95).dividedBy(100);
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionMoves.class);

    private final Providers providers;
    private final AutoCloseable registration;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "patchbay-connection-moves"));
    private final LongAdder moved = new LongAdder();
    private final LongAdder notMoved = new LongAdder();
    /** Written by the thread only. */
    private volatile @Nullable Lease<Transport> serving;

    ConnectionMoves(Providers providers) {
        this.providers = providers;
        this.registration = providers.onChange(Transport.class, this::changed);
        changed();
    }

    /** Connections that have moved. */
    long moved() {
        return moved.sum();
    }

    /** Connections of a replaced transport that could not move. */
    long notMoved() {
        return notMoved.sum();
    }

    /** Whether there is a transport whose connections it would move. */
    boolean isFollowing() {
        return serving != null;
    }

    @Override
    public void close() {
        try {
            registration.close();
        } catch (Exception e) {
            LOG.debug("The registration for changes of the transport did not end", e);
        }
        try {
            thread.execute(this::letGo);
        } catch (RejectedExecutionException closed) {
            return;
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(Limits.DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private void letGo() {
        Lease<Transport> last = serving;
        serving = null;
        if (last != null) {
            last.close();
        }
    }

    private void changed() {
        try {
            thread.execute(this::follow);
        } catch (RejectedExecutionException closed) {
            LOG.debug("The listeners are closed, no connection moves any more");
        }
    }

    private void follow() {
        Lease<Transport> old = serving;
        if (old != null && old.current()) {
            return;
        }
        try {
            Lease<Transport> next =
                    providers.find(Transport.class, HandOver.TRANSPORT).orElse(null);
            serving = next;
            if (old != null && next != null) {
                replace(old.provider(), next.provider());
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.error("Connections could not be moved to the new transport", e);
        } finally {
            if (old != null) {
                old.close();
            }
        }
    }

    private void replace(Transport old, Transport next) {
        long began = System.nanoTime();
        long before = moved.sum();
        if (old instanceof MovingTransport from && next instanceof MovingTransport to) {
            to.serve();
            moveAll(from, to, began + ALL_MOVES.toNanos());
        }
        long tookMs = Duration.ofNanos(System.nanoTime() - began).toMillis();
        int left = old.connections();
        notMoved.add(left);
        LOG.info(
                "The transport was replaced: moved {} connections, asked {} to reconnect, in {} ms",
                moved.sum() - before,
                left,
                tookMs);
        awaitDrained(old, began + ALL.toNanos());
    }

    private void moveAll(MovingTransport from, MovingTransport to, long deadlineNs) {
        Semaphore places = new Semaphore(MOST_AT_A_TIME);
        try {
            for (int i = 0; i < TRIES; i++) {
                List<OpenConnection> movable = from.listMovable();
                for (OpenConnection connection : movable) {
                    if (System.nanoTime() - deadlineNs > 0) {
                        break;
                    }
                    places.acquire();
                    move(connection, to, places);
                }
                places.acquire(MOST_AT_A_TIME);
                places.release(MOST_AT_A_TIME);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void move(OpenConnection connection, MovingTransport to, Semaphore places) {
        connection.release(MOVE).whenComplete((released, failure) -> {
            try {
                if (failure != null) {
                    LOG.warn("A connection could not be moved: {}", failure.toString());
                } else {
                    released.ifPresent(open -> adopt(open, to));
                }
            } finally {
                places.release();
            }
        });
    }

    /** One that the new transport does not take is closed, and its client comes back. */
    private void adopt(MovedConnection open, MovingTransport to) {
        try {
            to.adopt(open);
            moved.increment();
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("The new transport did not take a connection, which is closed: {}", e.toString());
            notMoved.increment();
            open.session().ifPresent(MessageReceiver::onClosed);
            closeQuietly(open);
        }
    }

    private static void closeQuietly(MovedConnection open) {
        try {
            open.arrival().channel().close();
        } catch (IOException e) {
            LOG.debug("A connection did not close cleanly", e);
        }
    }

    private static void awaitDrained(Transport old, long deadlineNs) {
        try {
            old.drain().toCompletableFuture().get(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.info("{} connections of the old transport did not end by themselves", old.connections());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
