package io.patchbay.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Enumeration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
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

    /** Each line at its number modulo their count, over the line before; guarded by itself, as {@link #number} is. */
    private final @Nullable LogEntry[] lines = new LogEntry[LINES];

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
            lines[place(number)] = line;
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

    /** Newest first, each line read when it is asked for: who stops at one that he knows costs no more than what he reads. It ends early where newer lines have taken the place of the oldest. */
    @Override
    public Enumeration<LogEntry> getLog() {
        synchronized (lines) {
            return new Backwards(find(number));
        }
    }

    private @Nullable LogEntry find(long sequence) {
        synchronized (lines) {
            LogEntry line = lines[place(sequence)];
            return line != null && line.getSequence() == sequence ? line : null;
        }
    }

    private static int place(long sequence) {
        return (int) (sequence % LINES);
    }

    /** Used by one thread. */
    private final class Backwards implements Enumeration<LogEntry> {
        private @Nullable LogEntry next;

        Backwards(@Nullable LogEntry newest) {
            next = newest;
        }

        @Override
        public boolean hasMoreElements() {
            return next != null;
        }

        @Override
        public LogEntry nextElement() {
            LogEntry line = next;
            if (line == null) {
                throw new NoSuchElementException("there are no older lines");
            }
            next = find(line.getSequence() - 1);
            return line;
        }
    }
}
