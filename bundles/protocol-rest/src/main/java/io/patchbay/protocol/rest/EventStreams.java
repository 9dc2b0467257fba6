package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.protocol.SubscribeRequest.Mode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event streams that are open, what they may be and hold together, and the clock that looks at them. Any thread. */
final class EventStreams implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);

    private final Clock clock;
    private final long waitingLimit;
    private final Set<OpenStream> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final Metrics.Counter refused;
    private final List<AutoCloseable> gauges;
    private final ScheduledExecutorService timer;
    /** How many each caller has open. Guarded by itself, with {@link #closed}. */
    private final Map<String, Integer> byCaller = new HashMap<>();

    private boolean closed;

    EventStreams(Metrics metrics, Clock clock, long waitingLimit) {
        this.clock = clock;
        this.waitingLimit = waitingLimit;
        refused = metrics.counter("patchbay_event_streams_refused_total", "Event streams refused by a limit.");
        gauges = List.of(
                metrics.gauge("patchbay_event_streams", "Open event streams.", open::size),
                metrics.gauge(
                        "patchbay_event_streams_waiting_bytes",
                        "Documents that wait in event streams, not yet encoded.",
                        waitingBytes::get));
        timer = timer();
        timer.scheduleWithFixedDelay(
                this::check, EventLimits.CHECK.toMillis(), EventLimits.CHECK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static ScheduledExecutorService timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "patchbay-rest-events");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /**
     * A stream that counts until it is closed.
     *
     * @param caller the account, or the address of who has none
     * @throws PatchbayException RATE_LIMITED, OVERLOADED, STOPPING
     */
    EventStream open(String caller, Mode mode) {
        EventStream stream = new EventStream(this, caller, mode);
        admit(stream);
        return stream;
    }

    /**
     * Counts {@code stream} until it is closed.
     *
     * @throws PatchbayException RATE_LIMITED, OVERLOADED, STOPPING
     */
    void admit(OpenStream stream) {
        String caller = stream.caller();
        synchronized (byCaller) {
            if (closed) {
                throw new PatchbayException(ErrorCode.STOPPING, "This part of the node is being replaced; come again.");
            }
            if (open.size() >= EventLimits.STREAMS) {
                refused.increment();
                throw PatchbayException.beyond(
                        "streams",
                        ErrorCode.OVERLOADED,
                        "This node has " + EventLimits.STREAMS + " event streams open already.");
            }
            if (byCaller.getOrDefault(caller, 0) >= EventLimits.STREAMS_PER_CALLER) {
                refused.increment();
                throw PatchbayException.beyond(
                        "streams_per_caller",
                        ErrorCode.RATE_LIMITED,
                        "You have " + EventLimits.STREAMS_PER_CALLER
                                + " event streams open already; close one, or subscribe over a WebSocket, where many share a connection.");
            }
            byCaller.merge(caller, 1, Integer::sum);
            open.add(stream);
        }
    }

    void closed(OpenStream stream) {
        synchronized (byCaller) {
            if (open.remove(stream)) {
                byCaller.computeIfPresent(stream.caller(), (caller, count) -> count == 1 ? null : count - 1);
            }
        }
    }

    /** Whether there is room for so many bytes more; then they are to be given back. */
    boolean take(long bytes) {
        if (bytes == 0 || waitingBytes.addAndGet(bytes) <= waitingLimit) {
            return true;
        }
        waitingBytes.addAndGet(-bytes);
        LOG.warn("An event stream is cut: all of them together hold more than {} bytes", waitingLimit);
        return false;
    }

    void giveBack(long bytes) {
        waitingBytes.addAndGet(-bytes);
    }

    /** Never waits; does nothing once all are closed. */
    void later(Duration delay, Runnable task) {
        try {
            timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            // Every stream is being closed.
        }
    }

    int count() {
        return open.size();
    }

    private void check() {
        long nowNs = System.nanoTime();
        Instant now = clock.instant();
        for (OpenStream stream : open) {
            try {
                stream.check(nowNs, now);
            } catch (RuntimeException e) {
                LOG.error("An event stream could not be looked at", e);
            }
        }
    }

    @Override
    public void close() {
        synchronized (byCaller) {
            closed = true;
        }
        timer.shutdownNow();
        open.forEach(OpenStream::close);
        for (AutoCloseable gauge : gauges) {
            try {
                gauge.close();
            } catch (Exception e) {
                throw new IllegalStateException("removing a gauge does not fail", e);
            }
        }
    }
}
