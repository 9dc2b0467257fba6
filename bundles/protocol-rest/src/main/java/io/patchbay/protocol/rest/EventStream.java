package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.feed.Position;
import io.patchbay.api.http.HttpSink;
import io.patchbay.api.http.HttpStream;
import io.patchbay.api.protocol.LiveSession;
import io.patchbay.api.protocol.SubscribeRequest.Mode;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.protocol.SubscriptionListener;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One subscription on its way to one client as server-sent events.
 *
 * <p>The engine hands over an event only while this is {@link #writable}, which it is while the last one is out and the client keeps up; so what waits here is one event, or two. A client that
 * is slow is the engine's affair: it coalesces, or reads on from the feed later.
 *
 * <p>Events come from a fan-out thread, room from a transport thread, the look at the clock from a timer. All state is guarded by this object's monitor.
 */
final class EventStream implements HttpStream, SubscriptionListener, OpenStream {
    private final EventStreams streams;
    private final String caller;
    private final Mode mode;
    private final long openedNs;

    private final Deque<EventText> waiting = new ArrayDeque<>();
    private @Nullable LiveSession session;
    private @Nullable HttpSink sink;
    private byte[] opening = {};
    private long lastWriteNs;
    /** The engine was told to wait, and has not been called since. */
    private boolean heldBack;
    /** After what waits the stream ends. */
    private boolean ending;

    private boolean closed;
    private boolean pumping;

    EventStream(EventStreams streams, String caller, Mode mode) {
        this.streams = streams;
        this.caller = caller;
        this.mode = mode;
        this.openedNs = System.nanoTime();
        this.lastWriteNs = openedNs;
    }

    @Override
    public String caller() {
        return caller;
    }

    /** Once, before it subscribes. */
    synchronized void use(LiveSession opened) {
        session = opened;
    }

    /** @param resumes whether the client holds the state at {@code position} already, or needs none */
    synchronized void subscribedAt(Position position, boolean resumes) {
        int retryMs = ThreadLocalRandom.current().nextInt(EventLimits.RETRY_MS_MIN, EventLimits.RETRY_MS_MAX);
        opening = EventText.opening(retryMs, position, resumes || mode == Mode.CHANGES);
    }

    /** What the client holds is of no use any more: that is the first it hears, then a snapshot. */
    synchronized void beginWithReload(PatchbayException reason) {
        waiting.add(EventText.reload(reason, true));
    }

    @Override
    public void start(HttpSink out) {
        synchronized (this) {
            if (closed) {
                out.end();
                return;
            }
            sink = out;
            out.onWritable(this::pump);
            out.write(opening);
        }
        out.onClosed(this::close);
        out.onDrain(this::close);
        pump();
    }

    @Override
    public synchronized boolean writable() {
        HttpSink out = sink;
        boolean room = out != null && !ending && waiting.isEmpty() && out.writable();
        heldBack |= !room;
        return room;
    }

    @Override
    public void onEvent(SubscriptionEvent event) {
        if (event instanceof SubscriptionEvent.Changes changes) {
            add(EventText.changes(changes));
        } else if (event instanceof SubscriptionEvent.Snapshot snapshot) {
            add(EventText.snapshot(snapshot));
        } else if (event instanceof SubscriptionEvent.Reload reload) {
            add(EventText.reload(reload.reason(), mode == Mode.WATCH));
            if (mode == Mode.CHANGES) {
                end();
            }
        } else if (event instanceof SubscriptionEvent.Ended ended) {
            end(ended.reason());
        }
    }

    private void add(EventText text) {
        boolean taken;
        synchronized (this) {
            taken = closed || streams.take(text.waitingBytes());
            if (taken && !closed) {
                waiting.add(text);
            }
        }
        if (taken) {
            pump();
        } else {
            abort();
        }
    }

    /** Says why, then ends. */
    private void end(PatchbayException reason) {
        synchronized (this) {
            if (ending) {
                return;
            }
        }
        add(EventText.end(reason));
        end();
    }

    /** Ends after what waits, or without it if the client does not take that soon. */
    private void end() {
        synchronized (this) {
            ending = true;
        }
        pump();
        streams.later(EventLimits.END, this::abort);
    }

    /** Writes what there is room for. Called by whoever brings something or finds room; a call from within does nothing that the outer one would not do. */
    private void pump() {
        LiveSession held;
        synchronized (this) {
            HttpSink out = sink;
            if (out == null || closed || pumping) {
                return;
            }
            pumping = true;
            try {
                write(out);
            } finally {
                pumping = false;
            }
            if (waiting.isEmpty() && ending) {
                out.end();
            }
            boolean goOn = heldBack && !ending && waiting.isEmpty() && out.writable();
            heldBack &= !goOn;
            held = goOn ? session : null;
        }
        if (held != null) {
            held.resume();
        }
    }

    private void write(HttpSink out) {
        while (!waiting.isEmpty() && out.writable()) {
            EventText text = waiting.element();
            out.write(text.next());
            lastWriteNs = System.nanoTime();
            if (!text.hasNext() && waiting.remove(text)) {
                streams.giveBack(text.waitingBytes());
            }
        }
    }

    @Override
    public void check(long nowNs, Instant now) {
        if (isAbandoned(nowNs)) {
            close();
        } else if (isExpired(now)) {
            end(new PatchbayException(
                    ErrorCode.TOKEN_EXPIRED, "The access token has ended; refresh it and subscribe again."));
        } else {
            giveSignOfLife(nowNs);
        }
    }

    private synchronized boolean isAbandoned(long nowNs) {
        return sink == null && nowNs - openedNs >= Limits.REQUEST.toNanos();
    }

    private synchronized boolean isExpired(Instant now) {
        LiveSession open = session;
        return open != null
                && open.identity().expiresAt().filter(end -> !now.isBefore(end)).isPresent();
    }

    private synchronized void giveSignOfLife(long nowNs) {
        HttpSink out = sink;
        boolean quiet = nowNs - lastWriteNs >= EventLimits.HEARTBEAT.toNanos();
        // Where bytes wait for the client, they are what shows whether it still takes any.
        if (out != null && quiet && !ending && waiting.isEmpty() && out.writable()) {
            out.write(EventText.heartbeat());
            lastWriteNs = nowNs;
        }
    }

    /** Ends the stream as it is; an event that is half out is none to its client, which comes back for it. */
    @Override
    public void close() {
        HttpSink out = closing();
        if (out != null) {
            out.end();
        }
    }

    private void abort() {
        HttpSink out = closing();
        if (out != null) {
            out.abort();
        }
    }

    private @Nullable HttpSink closing() {
        LiveSession open;
        HttpSink out;
        synchronized (this) {
            if (closed) {
                return null;
            }
            closed = true;
            open = session;
            out = sink;
            waiting.forEach(text -> streams.giveBack(text.waitingBytes()));
            waiting.clear();
        }
        streams.closed(this);
        if (open != null) {
            open.close();
        }
        return out;
    }
}
