package io.patchbay.listeners;

import io.patchbay.api.Limits;
import io.patchbay.api.http.Arrival;
import io.patchbay.api.http.MovingTransport;
import io.patchbay.api.http.Transport;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands accepted connections to the transport that serves now, in the order of their arrival.
 *
 * <p>With no transport for a moment (it is being updated) they wait: at most {@link #WAITING_CONNECTIONS}, each at most {@link Limits#LEASE_WAIT}; then they are closed. The lease on
 * the transport is held during the call only, so a swap never waits for a connection. One thread of its own hands over whatever had to wait.
 */
final class HandOver implements AutoCloseable {
    static final int WAITING_CONNECTIONS = 1024;
    static final String TRANSPORT = "http";

    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);

    private record Waiting(Arrival arrival, long untilNs) {}

    private final Providers providers;
    private final long waitNs;
    private final AutoCloseable registration;
    private final Thread thread;
    /** Of the transport that was told last that it serves. */
    private final AtomicLong told = new AtomicLong(-1);

    /** Guards the fields below it. */
    private final Object lock = new Object();

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long handed;
    private long refused;
    private boolean closed;

    HandOver(Providers providers) {
        this(providers, Limits.LEASE_WAIT);
    }

    HandOver(Providers providers, Duration wait) {
        this.providers = providers;
        this.waitNs = wait.toNanos();
        this.thread = new Thread(this::handOverLate, "patchbay-hand-over");
        thread.setDaemon(true);
        thread.start();
        this.registration = providers.onChange(Transport.class, this::wake);
    }

    /** Owns the connection from now on. Called by the accept loops. */
    void accept(Arrival arrival) {
        synchronized (lock) {
            if (closed || waiting.size() >= WAITING_CONNECTIONS) {
                refused++;
                closeQuietly(arrival.channel());
                return;
            }
            if (!waiting.isEmpty()) {
                // Behind those that came first.
                waiting.add(new Waiting(arrival, System.nanoTime() + waitNs));
                return;
            }
        }
        if (!tryHand(arrival)) {
            synchronized (lock) {
                if (closed) {
                    closeQuietly(arrival.channel());
                    return;
                }
                waiting.add(new Waiting(arrival, System.nanoTime() + waitNs));
                lock.notifyAll();
            }
        }
    }

    int waiting() {
        synchronized (lock) {
            return waiting.size();
        }
    }

    long handed() {
        synchronized (lock) {
            return handed;
        }
    }

    long refused() {
        synchronized (lock) {
            return refused;
        }
    }

    @Override
    public void close() {
        try {
            registration.close();
        } catch (Exception e) {
            LOG.debug("The registration for changes of the transport did not end", e);
        }
        synchronized (lock) {
            closed = true;
            waiting.forEach(late -> closeQuietly(late.arrival.channel()));
            waiting.clear();
            lock.notifyAll();
        }
        try {
            thread.join(Limits.DRAIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    private void handOverLate() {
        while (true) {
            Waiting first;
            synchronized (lock) {
                if (closed) {
                    return;
                }
                first = waiting.peek();
                if (first == null) {
                    awaitWake(0);
                    continue;
                }
            }
            if (tryHand(first.arrival)) {
                synchronized (lock) {
                    waiting.remove(first);
                }
            } else {
                expireOrWait(first);
            }
        }
    }

    private void expireOrWait(Waiting first) {
        synchronized (lock) {
            long leftNs = first.untilNs - System.nanoTime();
            if (leftNs > 0) {
                awaitWake(Math.min(leftNs, RECHECK_NS));
            } else if (waiting.remove(first)) {
                refused++;
                closeQuietly(first.arrival.channel());
                LOG.warn(
                        "Closed a connection that no transport took within {} ms; is patchbay-transport-http installed and running?",
                        Duration.ofNanos(waitNs).toMillis());
            }
        }
    }

    /** A transport that appears between the look and the wait has already called {@link #wake}: looking again this often makes that harmless. */
    private static final long RECHECK_NS = Duration.ofMillis(20).toNanos();

    private void awaitWake(long ns) {
        try {
            if (ns == 0) {
                lock.wait();
            } else {
                lock.wait(ns / 1_000_000, (int) (ns % 1_000_000));
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread but a stopping virtual machine; close() ends it.
            closed = true;
        }
    }

    private boolean tryHand(Arrival arrival) {
        Optional<Lease<Transport>> found = providers.find(Transport.class, TRANSPORT);
        if (found.isEmpty()) {
            return false;
        }
        try (Lease<Transport> lease = found.get()) {
            tellThatItServes(lease);
            lease.provider().accept(arrival);
        } catch (RuntimeException e) {
            found.get().failed(e);
            LOG.error("The transport failed to take a connection, which is closed", e);
            closeQuietly(arrival.channel());
        }
        synchronized (lock) {
            handed++;
        }
        return true;
    }

    /** One that was drained and serves again would else end what it is handed. */
    private void tellThatItServes(Lease<Transport> lease) {
        long before = told.get();
        if (lease.generation() > before && lease.provider() instanceof MovingTransport moving) {
            moving.serve();
            told.compareAndSet(before, lease.generation());
        }
    }

    static void closeQuietly(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.debug("A connection did not close cleanly", e);
        }
    }
}
