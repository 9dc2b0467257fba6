package io.patchbay.protocol.rest;

import java.util.Collections;
import java.util.Enumeration;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;

/** The log of a framework that keeps none, as when the bundles were not started by the launcher: nothing is ever in it. */
enum SilentLog implements LogReaderService {
    INSTANCE;

    @Override
    public void addLogListener(LogListener listener) {}

    @Override
    public void removeLogListener(LogListener listener) {}

    @Override
    public Enumeration<LogEntry> getLog() {
        return Collections.emptyEnumeration();
    }
}
