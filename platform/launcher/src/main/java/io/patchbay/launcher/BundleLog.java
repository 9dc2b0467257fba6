package io.patchbay.launcher;

import java.util.Hashtable;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.LogService;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/**
 * OSGi's log service, for the bundles that know no SLF4J (the component runtime above all): what they say goes into the node's log. Any thread.
 */
final class BundleLog implements LogService {

    static void register(BundleContext context) {
        context.registerService(
                new String[] {LogService.class.getName(), LoggerFactory.class.getName()},
                new BundleLog(),
                new Hashtable<>());
    }

    @Override
    public Logger getLogger(String name) {
        return new BundleLogger(org.slf4j.LoggerFactory.getLogger(name));
    }

    @Override
    public Logger getLogger(Class<?> type) {
        return getLogger(type.getName());
    }

    @Override
    public <L extends Logger> L getLogger(String name, Class<L> type) {
        if (!type.isAssignableFrom(BundleLogger.class)) {
            throw new IllegalArgumentException(
                    "Only the plain " + Logger.class.getName() + " is served, not " + type.getName() + ".");
        }
        return type.cast(getLogger(name));
    }

    @Override
    public <L extends Logger> L getLogger(Class<?> type, Class<L> loggerType) {
        return getLogger(type.getName(), loggerType);
    }

    @Override
    public <L extends Logger> L getLogger(Bundle bundle, String name, Class<L> type) {
        // The name for "the bundle as a whole", which SLF4J takes for the whole node.
        return getLogger(name.equals(Logger.ROOT_LOGGER_NAME) ? bundle.getSymbolicName() : name, type);
    }

    @Override
    @Deprecated
    public void log(int level, String message) {
        log(null, level, message, null);
    }

    @Override
    @Deprecated
    public void log(int level, String message, @Nullable Throwable failure) {
        log(null, level, message, failure);
    }

    @Override
    @Deprecated
    public void log(@Nullable ServiceReference<?> service, int level, String message) {
        log(service, level, message, null);
    }

    @Override
    @Deprecated
    public void log(@Nullable ServiceReference<?> service, int level, String message, @Nullable Throwable failure) {
        org.slf4j.Logger log = org.slf4j.LoggerFactory.getLogger(
                service == null || service.getBundle() == null
                        ? "bundle"
                        : service.getBundle().getSymbolicName());
        switch (level) {
            case LOG_ERROR -> log.error(message, failure);
            case LOG_WARNING -> log.warn(message, failure);
            case LOG_INFO -> log.info(message, failure);
            default -> log.debug(message, failure);
        }
    }
}
