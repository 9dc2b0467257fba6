package io.patchbay.plugins.manager;

import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.Plugins;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches an updated plugin for {@code PROBATION}, or as long as the operator says; one that fails in that time, or whose services' calls fail clearly more often than those of the version before, is rolled back, and
 * the list of wanted plugins says why. A node that goes down in that time begins it anew.
 *
 * <p>Trials begin and end on jobs' threads; the keeper's thread looks.
 */
final class Probation {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(Probation.class);

    private final BundleContext context;
    private final Plugins plugins;
    private final PluginBundles bundles;
    private final Checkup checkup;
    private final Ailments ailments;
    private final WantedPlugins wanted;
    private final Clock clock;
    private final BooleanSupplier changeRuns;
    private final PluginMeters meters;
    private final Map<String, Trial> trials = new ConcurrentHashMap<>();

    private volatile Duration length = Limits.PROBATION;

    /** Used by the keeper's thread only. */
    private Instant nextLook = Instant.MIN;

    private record Trial(PluginJar jar, Instant began) {}

    /** @param changeRuns whether a plugin is being changed now */
    Probation(
            BundleContext context,
            Plugins plugins,
            PluginBundles bundles,
            Checkup checkup,
            Ailments ailments,
            WantedPlugins wanted,
            Clock clock,
            BooleanSupplier changeRuns,
            PluginMeters meters) {
        this.context = context;
        this.plugins = plugins;
        this.bundles = bundles;
        this.checkup = checkup;
        this.ailments = ailments;
        this.wanted = wanted;
        this.clock = clock;
        this.changeRuns = changeRuns;
        this.meters = meters;
    }

    /** Says how long each lasts, also of those that run. */
    void last(Duration time) {
        length = time;
    }

    void begin(PluginJar jar) {
        trials.put(jar.name(), new Trial(jar, clock.instant()));
    }

    /** The plugin was changed: what was on trial is over. */
    void end(String plugin) {
        trials.remove(plugin);
    }

    void look() {
        Instant now = clock.instant();
        if (trials.isEmpty()) {
            return;
        }
        boolean checksUp = !now.isBefore(nextLook);
        if (checksUp) {
            nextLook = now.plus(BETWEEN_LOOKS);
        }
        for (Trial trial : List.copyOf(trials.values())) {
            if (now.isAfter(trial.began.plus(length))) {
                if (trials.remove(trial.jar.name(), trial)) {
                    wanted.prove(trial.jar.name(), trial.jar.digest());
                }
                continue;
            }
            findFaultOfItsOwn(trial.jar, checksUp).ifPresent(fault -> rollBack(trial, fault));
        }
    }

    /** A node that stops takes its plugins down too, and so does a change while it runs: that is no fault of theirs. */
    private Optional<String> findFaultOfItsOwn(PluginJar jar, boolean checksUp) {
        if (changeRuns.getAsBoolean()) {
            return Optional.empty();
        }
        return findFault(jar, checksUp).filter(fault -> isNodeRunning() && !changeRuns.getAsBoolean());
    }

    private Optional<String> findFault(PluginJar jar, boolean checksUp) {
        Optional<Bundle> bundle = bundles.find(jar.digest());
        if (bundle.filter(b -> b.getState() == Bundle.ACTIVE || b.getState() == Bundle.STARTING)
                .isEmpty()) {
            return Optional.of(jar.name() + " has stopped.");
        }
        Optional<String> worse = ailments.findWorse(bundle.get());
        if (worse.isPresent() || !checksUp) {
            return worse;
        }
        try {
            checkup.require(bundle.get(), jar);
            return Optional.empty();
        } catch (PatchbayException e) {
            return Optional.of(Failures.sentence(e));
        }
    }

    private boolean isNodeRunning() {
        return context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.ACTIVE;
    }

    private void rollBack(Trial trial, String fault) {
        String name = trial.jar.name();
        if (!trials.containsValue(trial)) {
            return;
        }
        long seconds = Duration.between(trial.began, clock.instant()).toSeconds();
        LOG.error(
                "{} {} failed {} s after its update and is rolled back: {}", name, trial.jar.version(), seconds, fault);
        try {
            Job job = plugins.execute(plugins.planRollBack(name));
            job.ended().toCompletableFuture().join();
            job.failure().ifPresent(failure -> {
                throw failure;
            });
            meters.failedProbation();
            wanted.remark(
                    name,
                    "%s was rolled back by itself %d s after its update: %s"
                            .formatted(trial.jar.version(), seconds, fault));
        } catch (PatchbayException e) {
            LOG.error("{} can't be rolled back: {}", name, e.getMessage());
            if (!e.code().retryable()) {
                trials.remove(name, trial);
                wanted.prove(name, trial.jar.digest());
            }
        }
    }
}
