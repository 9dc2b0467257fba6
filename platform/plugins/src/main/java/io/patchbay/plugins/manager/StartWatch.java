package io.patchbay.plugins.manager;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Interrupts a plugin that hangs while the framework starts it together with the node, and tells of one that goes on hanging: else the node would wait for it for ever.
 *
 * <p>The events come on the thread that starts the bundle; the keeper's thread looks.
 */
final class StartWatch implements SynchronousBundleListener {
    private static final Logger LOG = LoggerFactory.getLogger(StartWatch.class);

    /** How long a plugin may take to heed the interrupt. */
    private static final Duration INTERRUPTED = Duration.ofSeconds(3);

    private final Clock clock;
    private final Consumer<Bundle> whenItHangs;

    /** By bundle id: who starts it. */
    private final Map<Long, Start> starting = new ConcurrentHashMap<>();

    /** Those that were interrupted, likewise. */
    private final Map<Long, Start> interrupted = new ConcurrentHashMap<>();

    private record Start(Bundle bundle, Thread thread, Instant began) {}

    /** @param whenItHangs gets, once, a plugin that does not heed the interrupt; called on the keeper's thread */
    StartWatch(Clock clock, Consumer<Bundle> whenItHangs) {
        this.clock = clock;
        this.whenItHangs = whenItHangs;
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (PluginBundles.digestOf(event.getBundle()).isEmpty()) {
            return;
        }
        long id = event.getBundle().getBundleId();
        if (event.getType() == BundleEvent.STARTING) {
            starting.put(id, new Start(event.getBundle(), Thread.currentThread(), clock.instant()));
        } else {
            starting.remove(id);
            interrupted.remove(id);
        }
    }

    void look() {
        Instant tooLongSince = clock.instant().minus(PluginBundles.START);
        interrupted.forEach((id, start) -> {
            if (start.began.isBefore(tooLongSince.minus(INTERRUPTED)) && interrupted.remove(id, start)) {
                whenItHangs.accept(start.bundle);
            }
        });
        starting.forEach((id, start) -> {
            if (start.began.isBefore(tooLongSince) && starting.remove(id, start)) {
                LOG.error(
                        "The plugin {} has not started for {} s and is interrupted.",
                        start.bundle.getSymbolicName(),
                        PluginBundles.START.toSeconds());
                interrupted.put(id, start);
                start.thread.interrupt();
            }
        });
    }
}
