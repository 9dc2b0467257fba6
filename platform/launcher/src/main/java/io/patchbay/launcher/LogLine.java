package io.patchbay.launcher;

import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;

/** A line of the log, as text. */
final class LogLine implements LogEntry {
    private final long number;
    private final long timeMs;
    private final LogLevel level;
    private final String logger;
    private final String thread;
    private final String message;

    LogLine(long number, long timeMs, LogLevel level, String logger, String thread, String message) {
        this.number = number;
        this.timeMs = timeMs;
        this.level = level;
        this.logger = logger;
        this.thread = thread;
        this.message = message;
    }

    @Override
    public long getSequence() {
        return number;
    }

    @Override
    public long getTime() {
        return timeMs;
    }

    @Override
    public LogLevel getLogLevel() {
        return level;
    }

    @Override
    @Deprecated
    public int getLevel() {
        return level.ordinal();
    }

    @Override
    public String getLoggerName() {
        return logger;
    }

    @Override
    public String getThreadInfo() {
        return thread;
    }

    @Override
    public String getMessage() {
        return message;
    }

    /** Its text is in the message. */
    @Override
    public @Nullable Throwable getException() {
        return null;
    }

    @Override
    public @Nullable Bundle getBundle() {
        return null;
    }

    @Override
    public @Nullable ServiceReference<?> getServiceReference() {
        return null;
    }

    @Override
    public @Nullable StackTraceElement getLocation() {
        return null;
    }
}
