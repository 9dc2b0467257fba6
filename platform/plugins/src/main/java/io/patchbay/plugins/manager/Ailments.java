package io.patchbay.plugins.manager;

import io.patchbay.api.Limits;
import io.patchbay.plugins.switchboard.FailingService;
import io.patchbay.plugins.switchboard.SwapGuard;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wrong with plugins that run: calls of their services fail, their health checks find a fault or hang. Such a plugin is degraded; it goes on, for most of it may work.
 *
 * <p>The keeper's thread looks, every {@link #BETWEEN_LOOKS}; anybody asks.
 */
final class Ailments {
    /** So many failed calls in {@code PROBATION} are no accident. */
    static final int FAILED_CALLS = 5;

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(Ailments.class);

    private final PluginBundles bundles;
    private final Checkup checkup;
    private final SwapGuard switchboard;
    private final Clock clock;

    /** By the bundle's id: what its health check says. */
    private final Map<Long, String> unhealthy = new ConcurrentHashMap<>();

    /** Ids of bundles whose health check never came back; asking again would only cost another thread. */
    private final Set<Long> hanging = ConcurrentHashMap.newKeySet();

    /** Used by the keeper's thread only. */
    private Instant nextLook = Instant.MIN;

    Ailments(PluginBundles bundles, Checkup checkup, SwapGuard switchboard, Clock clock) {
        this.bundles = bundles;
        this.checkup = checkup;
        this.switchboard = switchboard;
        this.clock = clock;
    }

    void look() {
        Instant now = clock.instant();
        if (now.isBefore(nextLook)) {
            return;
        }
        nextLook = now.plus(BETWEEN_LOOKS);
        Set<Long> running = bundles.list().stream()
                .filter(bundle -> bundle.getState() == Bundle.ACTIVE)
                .filter(bundle -> PluginBundles.digestOf(bundle).isPresent())
                .peek(this::ask)
                .map(Bundle::getBundleId)
                .collect(Collectors.toSet());
        unhealthy.keySet().retainAll(running);
        hanging.retainAll(running);
    }

    private void ask(Bundle bundle) {
        long id = bundle.getBundleId();
        if (hanging.contains(id)) {
            return;
        }
        Optional<String> fault;
        try {
            fault = checkup.findHealthFault(bundle);
        } catch (TimeoutException e) {
            hanging.add(id);
            fault = Optional.of("Its health check did not answer within " + Limits.HEALTH_CHECK.toSeconds() + " s.");
        }
        String before = fault.isPresent() ? unhealthy.put(id, fault.get()) : unhealthy.remove(id);
        fault.filter(sentence -> !sentence.equals(before))
                .ifPresent(sentence -> LOG.warn("{} is degraded: {}", bundle.getSymbolicName(), sentence));
        if (fault.isEmpty() && before != null) {
            LOG.info("{} is well again.", bundle.getSymbolicName());
        }
    }

    /** A sentence if the plugin that runs is not well. */
    Optional<String> find(Bundle bundle) {
        return Optional.ofNullable(unhealthy.get(bundle.getBundleId()))
                .or(() -> switchboard.listFailing(bundle).stream()
                        .filter(failing -> failing.now() >= FAILED_CALLS)
                        .findFirst()
                        .map(Ailments::shown));
    }

    /** A sentence if calls fail that did not before. */
    Optional<String> findWorse(Bundle bundle) {
        return switchboard.listFailing(bundle).stream()
                .filter(failing -> failing.now() >= FAILED_CALLS && failing.now() > 2 * failing.before())
                .findFirst()
                .map(failing -> "%s Of the version before it, %d had failed in as long."
                        .formatted(shown(failing), failing.before()));
    }

    private static String shown(FailingService failing) {
        String last = failing.last();
        return "%d calls of its %s failed within %d s, the last with %s"
                .formatted(
                        failing.now(),
                        DeclaredService.shown(failing.type(), failing.name()),
                        Limits.PROBATION.toSeconds(),
                        last.endsWith(".") ? last : last + ".");
    }
}
