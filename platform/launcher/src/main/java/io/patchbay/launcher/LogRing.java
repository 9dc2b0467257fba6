package io.patchbay.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.framework.BundleContext;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

/**
 * The last lines of the log, in memory, for those who watch it from outside: OSGi's service for reading the log.
 *
 * <p>Lines are text: an exception's object would hold on to the class loader of the plugin that it came from. What looks like a secret is left out. Their numbers go up by one, and start at
 * the microsecond of the node's start, so that no number of an earlier run comes again. Any thread; listeners are called by the thread that logs, and must neither wait nor log.
 */
final class LogRing extends UnsynchronizedAppenderBase<ILoggingEvent> implements LogReaderService {
    static final int LINES = 2000;
    static final int LINE_CHARS = 8192;

    private final List<LogListener> listeners = new CopyOnWriteArrayList<>();

    /** Newest first; guarded by itself, as {@link #number} is. */
    private final Deque<LogEntry> lines = new ArrayDeque<>();

    private final Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private long number = startedAt.toEpochMilli() * 1000;

    /** Of the node, as all say it: the first line's number is one more than its microseconds. */
    Instant startedAt() {
        return startedAt;
    }

    void register(BundleContext context) {
        context.registerService(LogReaderService.class, this, null);
    }

    @Override
    protected void append(ILoggingEvent event) {
        String message = SecretText.hide(text(event));
        LogEntry line;
        synchronized (lines) {
            line = new LogLine(
                    ++number,
                    event.getTimeStamp(),
                    level(event.getLevel()),
                    event.getLoggerName(),
                    event.getThreadName(),
                    message);
            lines.addFirst(line);
            if (lines.size() > LINES) {
                lines.removeLast();
            }
        }
        for (LogListener listener : listeners) {
            listener.logged(line);
        }
    }

    private static String text(ILoggingEvent event) {
        String message = event.getFormattedMessage();
        String text = event.getThrowableProxy() == null
                ? String.valueOf(message)
                : message + "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy());
        return text.length() <= LINE_CHARS ? text : text.substring(0, LINE_CHARS) + "…";
    }

    private static LogLevel level(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> LogLevel.ERROR;
            case Level.WARN_INT -> LogLevel.WARN;
            case Level.INFO_INT -> LogLevel.INFO;
            case Level.DEBUG_INT -> LogLevel.DEBUG;
            default -> LogLevel.TRACE;
        };
    }

    @Override
    public void addLogListener(LogListener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeLogListener(LogListener listener) {
        listeners.remove(listener);
    }

    @Override
    public Enumeration<LogEntry> getLog() {
        synchronized (lines) {
            Iterator<LogEntry> copy = new ArrayList<>(lines).iterator();
            return new Enumeration<>() {
                @Override
                public boolean hasMoreElements() {
                    return copy.hasNext();
                }

                @Override
                public LogEntry nextElement() {
                    return copy.next();
                }
            };
        }
    }
}
