package io.patchbay.protocol.rest;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

/** A log whose last {@value #KEPT} lines are kept. Any thread. */
final class MemoryLog implements LogReaderService {
    static final int KEPT = 100;

    final List<LogListener> listeners = new CopyOnWriteArrayList<>();
    private final List<LogEntry> lines = new ArrayList<>();
    private long number;

    /** The numbers of a run begin at the microsecond of its start. */
    void startAt(Instant instant) {
        number = instant.toEpochMilli() * 1000;
    }

    void add(LogLevel level, String message) {
        Line line;
        synchronized (lines) {
            line = new Line(++number, level, message);
            lines.add(0, line);
            if (lines.size() > KEPT) {
                lines.remove(KEPT);
            }
        }
        listeners.forEach(listener -> listener.logged(line));
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
            return Collections.enumeration(List.copyOf(lines));
        }
    }

    private record Line(long number, LogLevel level, String message) implements LogEntry {
        @Override
        public @Nullable Bundle getBundle() {
            return null;
        }

        @Override
        public @Nullable ServiceReference<?> getServiceReference() {
            return null;
        }

        @Override
        @Deprecated
        public int getLevel() {
            return level.ordinal();
        }

        @Override
        public String getMessage() {
            return message;
        }

        @Override
        public @Nullable Throwable getException() {
            return null;
        }

        @Override
        public long getTime() {
            return 0;
        }

        @Override
        public LogLevel getLogLevel() {
            return level;
        }

        @Override
        public String getLoggerName() {
            return "test";
        }

        @Override
        public long getSequence() {
            return number;
        }

        @Override
        public String getThreadInfo() {
            return "main";
        }

        @Override
        public @Nullable StackTraceElement getLocation() {
            return null;
        }
    }
}
