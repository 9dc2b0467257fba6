package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.plugin.NodeStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogReaderService;

/** The last lines of the node's log, and those that come, for admins. */
final class LogRoutes implements AutoCloseable {
    /** How many may follow the log at a time. */
    static final int STREAMS = 16;

    private static final int IDLE_SECONDS = 10;
    private static final Map<String, LogLevel> LEVELS = Map.of(
            "error", LogLevel.ERROR,
            "warn", LogLevel.WARN,
            "info", LogLevel.INFO,
            "debug", LogLevel.DEBUG,
            "trace", LogLevel.TRACE);

    private final LogReaderService log;
    private final Logins logins;
    private final NodeStatus status;
    private final Set<LogStream> streams = ConcurrentHashMap.newKeySet();

    /** Every stream's work: a thread that logs must not wait for those who read it. */
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread made = new Thread(task, "patchbay-rest-log");
        made.setDaemon(true);
        return made;
    });

    LogRoutes(LogReaderService log, Logins logins, NodeStatus status) {
        this.log = log;
        this.logins = logins;
        this.status = status;
        thread.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        thread.setRemoveOnCancelPolicy(true);
    }

    /** The newest lines of the level and above, in the order of time. */
    CompletionStage<HttpResponse> list(Call call) {
        LogLevel level = level(call);
        int limit = call.limit();
        List<LogEntry> newest = new ArrayList<>();
        for (LogEntry line : Collections.list(log.getLog())) {
            if (newest.size() < limit && level.implies(line.getLogLevel())) {
                newest.add(line);
            }
        }
        Collections.reverse(newest);
        return CompletableFuture.completedFuture(Answer.list(newest, LogRoutes::describe));
    }

    /** Server-sent events: the lines after {@code Last-Event-ID}, else those from now on. */
    CompletionStage<HttpResponse> follow(Call call) {
        LogLevel level = level(call);
        Optional<Long> last = call.request().findHeader("last-event-id").map(LogRoutes::parseNumber);
        if (streams.size() >= STREAMS) {
            throw PatchbayException.beyond(
                    "log_streams",
                    ErrorCode.OVERLOADED,
                    "The log is followed by " + STREAMS + " already; end one of them first.");
        }
        String token = Callers.requireToken(call.request());
        LogStream stream = new LogStream(
                log,
                level,
                last.map(this::ofThisRun).orElseGet(this::newest),
                last.flatMap(this::findRestart),
                thread,
                streams,
                () -> logins.verify(token).thenApply(identity -> identity.isAdmin()));
        return CompletableFuture.completedFuture(HttpResponse.of(200, "text/event-stream", stream)
                .with("Cache-Control", "no-store")
                .with("X-Accel-Buffering", "no"));
    }

    static Value.Struct describe(LogEntry line) {
        return Value.struct(
                "number", Value.of(line.getSequence()),
                "time", Value.of(Instant.ofEpochMilli(line.getTime()).toString()),
                "level", Value.of(line.getLogLevel().name().toLowerCase(Locale.ROOT)),
                "logger", Value.of(line.getLoggerName()),
                "thread", Value.of(line.getThreadInfo()),
                "message", Value.of(line.getMessage()));
    }

    /** When the node started, if that was after the line of this number. A run's numbers begin at the microsecond of its start, so that those of all runs go up. */
    private Optional<Instant> findRestart(long number) {
        Instant startedAt = status.info().startedAt();
        return number > 0 && number < beginning(startedAt) ? Optional.of(startedAt) : Optional.empty();
    }

    /** What lies between two runs are no lines that are missing. */
    private long ofThisRun(long number) {
        return findRestart(number).map(LogRoutes::beginning).orElse(number);
    }

    private static long beginning(Instant startedAt) {
        return startedAt.toEpochMilli() * 1000;
    }

    private long newest() {
        var lines = log.getLog();
        return lines.hasMoreElements() ? lines.nextElement().getSequence() : 0;
    }

    private static LogLevel level(Call call) {
        String text = call.query("level").orElse("info");
        LogLevel level = LEVELS.get(text);
        if (level == null) {
            throw new PatchbayException(
                    ErrorCode.BAD_REQUEST,
                    "'level' must be error, warn, info, debug or trace, not '" + Text.shortened(text) + "'.",
                    Map.of("field", "level"));
        }
        return level;
    }

    private static long parseNumber(String text) {
        try {
            return Math.max(0, Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new PatchbayException(
                    ErrorCode.BAD_REQUEST,
                    "'Last-Event-ID' must be the number of a line, not '" + Text.shortened(text) + "'.",
                    Map.of("field", "Last-Event-ID"));
        }
    }

    @Override
    public void close() {
        streams.forEach(LogStream::end);
        thread.shutdown();
    }
}
