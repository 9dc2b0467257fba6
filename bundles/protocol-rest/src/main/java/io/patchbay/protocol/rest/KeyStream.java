package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.api.http.HttpSink;
import io.patchbay.api.http.HttpStream;
import io.patchbay.api.kv.KeyValueChange;
import io.patchbay.api.kv.KeyValueForm;
import io.patchbay.api.kv.KeyValueListener;
import io.patchbay.api.kv.KeyValueWatch;
import io.patchbay.api.protocol.LiveSession;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a bucket's keys on their way to one client as server-sent events. Nothing waits here: the engine hands over a change only while the client keeps up, and holds them, bounded,
 * while it doesn't.
 *
 * <p>Changes come from an engine's thread, room from a transport thread, the look at the clock from a timer. All state is guarded by this object's monitor.
 */
final class KeyStream implements HttpStream, KeyValueListener, OpenStream {
    private final EventStreams streams;
    private final String caller;
    private final long openedNs = System.nanoTime();

    private @Nullable LiveSession session;
    private @Nullable KeyValueWatch watch;
    private @Nullable HttpSink sink;
    private byte[] opening = {};
    private long lastWriteNs = openedNs;
    private boolean ending;
    private boolean closed;

    KeyStream(EventStreams streams, String caller) {
        this.streams = streams;
        this.caller = caller;
    }

    @Override
    public String caller() {
        return caller;
    }

    /** Once, before it watches. */
    synchronized void use(LiveSession opened) {
        session = opened;
    }

    synchronized void watchedBy(KeyValueWatch began) {
        watch = began;
        int retryMs = ThreadLocalRandom.current().nextInt(EventLimits.RETRY_MS_MIN, EventLimits.RETRY_MS_MAX);
        opening = text("retry: " + retryMs + "\n\n" + subscribed(began.position()));
    }

    private static String subscribed(Position position) {
        return event(
                "subscribed", Value.struct("event", Value.of("subscribed"), "position", Value.of(position.toString())));
    }

    @Override
    public void start(HttpSink out) {
        KeyValueWatch began;
        synchronized (this) {
            if (closed) {
                out.end();
                return;
            }
            sink = out;
            began = watch;
            out.write(opening);
        }
        out.onClosed(this::close);
        out.onDrain(this::close);
        if (began != null) {
            out.onWritable(began::resume);
            began.resume();
        }
    }

    @Override
    public synchronized boolean writable() {
        HttpSink out = sink;
        return out != null && !ending && out.writable();
    }

    @Override
    public void onChange(KeyValueChange change) {
        Value.Struct data = Value.struct("event", Value.of("change"), "change", KeyValueForm.describe(change));
        write(text(event("change", data)));
    }

    @Override
    public void onEnd(PatchbayException reason) {
        String name = reason.code() == ErrorCode.HISTORY_GONE ? "reload" : "end";
        Value.Struct data = Value.struct(
                "event", Value.of(name),
                "code", Value.of(reason.code().name()),
                "message", Value.of(String.valueOf(reason.getMessage())));
        write(text(event(name, data)));
        HttpSink out;
        synchronized (this) {
            ending = true;
            out = sink;
        }
        if (out != null) {
            out.end();
            // What the client has not read by then is lost to it.
            streams.later(EventLimits.END, out::abort);
        }
        close();
    }

    private synchronized void write(byte[] text) {
        HttpSink out = sink;
        if (out != null && !closed && !ending) {
            out.write(text);
            lastWriteNs = System.nanoTime();
        }
    }

    @Override
    public void check(long nowNs, Instant now) {
        if (isAbandoned(nowNs)) {
            close();
        } else if (isExpired(now)) {
            onEnd(new PatchbayException(
                    ErrorCode.TOKEN_EXPIRED, "The access token has ended; refresh it and watch again."));
        } else if (writable() && isQuiet(nowNs)) {
            write(EventText.heartbeat());
        }
    }

    private synchronized boolean isAbandoned(long nowNs) {
        return sink == null && nowNs - openedNs >= Limits.REQUEST.toNanos();
    }

    private synchronized boolean isQuiet(long nowNs) {
        return nowNs - lastWriteNs >= EventLimits.HEARTBEAT.toNanos();
    }

    private synchronized boolean isExpired(Instant now) {
        LiveSession open = session;
        return open != null
                && open.identity().expiresAt().filter(end -> !now.isBefore(end)).isPresent();
    }

    @Override
    public void close() {
        LiveSession open;
        HttpSink out;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            open = session;
            out = sink;
        }
        streams.closed(this);
        if (open != null) {
            // Ends the watch with it.
            open.close();
        }
        if (out != null) {
            out.end();
        }
    }

    private static String event(String name, Value.Struct data) {
        return "event: " + name + "\ndata: " + new String(Json.encode(data), StandardCharsets.UTF_8) + "\n\n";
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
