package io.patchbay.protocol.rest;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpSink;
import io.patchbay.api.http.HttpStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Enumeration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

/**
 * The log to one who follows it. It keeps nothing but the number of the line that it sent last: who reads too slowly misses lines, which an event {@code gap} tells, and holds up nobody.
 *
 * <p>The fields that change are used by the one thread of all streams.
 */
final class LogStream implements HttpStream {
    /** How soon a login that has ended ends its stream. */
    static final Duration LOOK = Duration.ofSeconds(1);

    /** After how many looks without a line a sign of life is sent. */
    private static final int QUIET_LOOKS = 15;

    private final LogReaderService log;
    private final LogLevel level;
    private final ScheduledExecutorService thread;
    private final Set<LogStream> streams;
    private final Optional<Instant> restartedAt;
    private final Supplier<CompletionStage<Boolean>> mayRead;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final LogListener listener = line -> wake();

    private long sent;
    private int quietLooks;
    private volatile @Nullable HttpSink sink;

    /**
     * @param after the number of the line after which it begins
     * @param restartedAt of a node that was started again since the reader's last line, which an event {@code restart} tells
     * @param streams those that are open, which it joins and leaves
     * @param mayRead whether whoever reads still may
     */
    LogStream(
            LogReaderService log,
            LogLevel level,
            long after,
            Optional<Instant> restartedAt,
            ScheduledExecutorService thread,
            Set<LogStream> streams,
            Supplier<CompletionStage<Boolean>> mayRead) {
        this.log = log;
        this.level = level;
        this.sent = after;
        this.restartedAt = restartedAt;
        this.thread = thread;
        this.streams = streams;
        this.mayRead = mayRead;
    }

    @Override
    public void start(HttpSink began) {
        sink = began;
        began.onWritable(this::wake);
        began.onDrain(began::end);
        ScheduledFuture<?> looks = thread.scheduleWithFixedDelay(
                () -> look(began), LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
        streams.add(this);
        log.addLogListener(listener);
        began.onClosed(() -> {
            log.removeLogListener(listener);
            looks.cancel(false);
            streams.remove(this);
        });
        // A first byte at once, by which the client knows that it is connected.
        began.write(": the log follows\n\n".getBytes(StandardCharsets.UTF_8));
        restartedAt.ifPresent(at -> began.write(
                ("event: restart\ndata: {\"startedAt\":\"" + at + "\"}\n\n").getBytes(StandardCharsets.UTF_8)));
        wake();
    }

    void end() {
        HttpSink open = sink;
        if (open != null) {
            open.end();
        }
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            try {
                thread.execute(this::pump);
            } catch (RejectedExecutionException e) {
                // The routes are closing, and end this stream.
            }
        }
    }

    private void pump() {
        // First: a line that comes from now on wakes it again.
        woken.set(false);
        HttpSink open = sink;
        if (open == null || !open.writable()) {
            return;
        }
        Deque<LogEntry> lines = newer();
        LogEntry first = lines.peekFirst();
        if (first != null && first.getSequence() > sent + 1 && sent > 0) {
            open.write("event: gap\ndata: {}\n\n".getBytes(StandardCharsets.UTF_8));
        }
        for (LogEntry line : lines) {
            sent = line.getSequence();
            if (level.implies(line.getLogLevel())) {
                send(open, line);
                if (!open.writable()) {
                    return;
                }
            }
        }
    }

    /** Oldest first. */
    private Deque<LogEntry> newer() {
        Deque<LogEntry> lines = new ArrayDeque<>();
        Enumeration<LogEntry> newestFirst = log.getLog();
        while (newestFirst.hasMoreElements()) {
            LogEntry line = newestFirst.nextElement();
            if (line.getSequence() <= sent) {
                break;
            }
            lines.addFirst(line);
        }
        return lines;
    }

    private void send(HttpSink open, LogEntry line) {
        Value.Struct form = LogRoutes.describe(line);
        String event = "id: " + line.getSequence() + "\nevent: line\ndata: "
                + new String(Json.encode(form), StandardCharsets.UTF_8) + "\n\n";
        open.write(event.getBytes(StandardCharsets.UTF_8));
        quietLooks = 0;
    }

    private void look(HttpSink open) {
        mayRead.get().whenComplete((allowed, failure) -> {
            if (failure != null || !allowed) {
                open.write("event: end\ndata: {\"code\":\"UNAUTHENTICATED\"}\n\n".getBytes(StandardCharsets.UTF_8));
                open.end();
            }
        });
        if (++quietLooks >= QUIET_LOOKS && open.writable()) {
            quietLooks = 0;
            open.write(":\n\n".getBytes(StandardCharsets.UTF_8));
        }
    }
}
