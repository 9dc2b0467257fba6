package io.patchbay.launcher;

import java.io.IOException;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the node's configuration to ConfigurationAdmin, as soon as that is there: its bundle stands at a level below those that want to be configured, so every component finds its values at its first activation.
 */
final class Configurations {

    private static final Logger log = LoggerFactory.getLogger(Configurations.class);

    /** Visible to every bundle, also to the next version of the one that reads it now. */
    private static final String ANY_LOCATION = "?";

    /** Guarded by this, as is {@link #context}. */
    private Configuration current;

    private @Nullable BundleContext context;

    Configurations(Configuration current) {
        this.current = current;
    }

    /** From now on serves this framework, and only this. */
    synchronized void follow(BundleContext context) {
        this.context = context;
        try {
            context.addServiceListener(
                    event -> {
                        if (event.getType() == ServiceEvent.REGISTERED) {
                            apply();
                        }
                    },
                    "(objectClass=" + ConfigurationAdmin.class.getName() + ")");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        apply();
    }

    synchronized void change(Configuration changed) {
        current = changed;
        apply();
    }

    private synchronized void apply() {
        BundleContext context = this.context;
        ServiceReference<ConfigurationAdmin> reference =
                context == null ? null : context.getServiceReference(ConfigurationAdmin.class);
        if (context == null || reference == null) {
            return;
        }
        ConfigurationAdmin admin = context.getService(reference);
        try {
            for (Map.Entry<String, Map<String, Object>> section :
                    current.byPid().entrySet()) {
                Dictionary<String, Object> values = new Hashtable<>(section.getValue());
                admin.getConfiguration(section.getKey(), ANY_LOCATION).updateIfDifferent(values);
            }
        } catch (IOException e) {
            log.error("The configuration can't be handed to the bundles: {}", e.getMessage(), e);
        } finally {
            context.ungetService(reference);
        }
    }
}
