package io.patchbay.plugins.manager;

import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Interrupts a plugin that hangs while the framework starts it together with the node: else the node would wait for it for ever.
 *
 * <p>The events come on the thread that starts the bundle; the keeper's thread looks.
 */
final class StartWatch implements SynchronousBundleListener {
    private static final Logger LOG = LoggerFactory.getLogger(StartWatch.class);

    private final Clock clock;

    /** By bundle id: who starts it. */
    private final Map<Long, Start> starting = new ConcurrentHashMap<>();

    private record Start(String name, Thread thread, Instant began) {}

    StartWatch(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (PluginBundles.digestOf(event.getBundle()).isEmpty()) {
            return;
        }
        long id = event.getBundle().getBundleId();
        if (event.getType() == BundleEvent.STARTING) {
            starting.put(id, new Start(event.getBundle().getSymbolicName(), Thread.currentThread(), clock.instant()));
        } else {
            starting.remove(id);
        }
    }

    void look() {
        Instant tooLongSince = clock.instant().minus(PluginBundles.START);
        starting.forEach((id, start) -> {
            if (start.began.isBefore(tooLongSince) && starting.remove(id, start)) {
                LOG.error(
                        "The plugin {} has not started for {} s and is interrupted.",
                        start.name,
                        PluginBundles.START.toSeconds());
                start.thread.interrupt();
            }
        });
    }
}
