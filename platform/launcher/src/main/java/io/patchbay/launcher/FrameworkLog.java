package io.patchbay.launcher;

import org.apache.felix.framework.Logger;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.slf4j.LoggerFactory;

/** The framework's own messages, into the node's log. Any thread. */
final class FrameworkLog extends Logger {

    private final org.slf4j.Logger log = LoggerFactory.getLogger("framework");

    @Override
    protected void doLog(
            @Nullable Bundle bundle,
            @Nullable ServiceReference service,
            int level,
            String message,
            @Nullable Throwable failure) {
        String text = bundle == null ? message : bundle.getSymbolicName() + ": " + message;
        if (failure instanceof BundleException) {
            // Whoever installed or started the bundle gets the exception too, and says it in a sentence.
            log.debug(text, failure);
            return;
        }
        switch (level) {
            case LOG_ERROR -> log.error(text, failure);
            case LOG_WARNING -> log.warn(text, failure);
            case LOG_INFO -> log.info(text, failure);
            default -> log.debug(text, failure);
        }
    }
}
