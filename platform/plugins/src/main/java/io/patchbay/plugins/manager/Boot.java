package io.patchbay.plugins.manager;

import io.patchbay.plugins.switchboard.CoreLevels;
import io.patchbay.plugins.switchboard.SwapGuard;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the framework agree with the list of wanted plugins when the node starts, whatever its cache holds and wherever a change was interrupted.
 *
 * <p>Runs before the framework comes to the plugins' start level.
 */
final class Boot {
    private static final Logger LOG = LoggerFactory.getLogger(Boot.class);

    private final JarStore jars;
    private final PluginBundles bundles;
    private final WantedPlugins wanted;
    private final Journal journal;
    private final SwapGuard switchboard;
    private final Clock clock;

    Boot(
            JarStore jars,
            PluginBundles bundles,
            WantedPlugins wanted,
            Journal journal,
            SwapGuard switchboard,
            Clock clock) {
        this.jars = jars;
        this.bundles = bundles;
        this.wanted = wanted;
        this.journal = journal;
        this.switchboard = switchboard;
        this.clock = clock;
    }

    /**
     * Puts everything in order.
     *
     * @param inbox where a jar is put aside that took the node down
     * @param faults gets a sentence for each plugin that can't be started
     */
    void run(Inbox inbox, Map<String, String> faults) {
        journal.read().ifPresent(entry -> settle(entry, inbox));
        dropOutdated();
        removeUnwanted();
        jars.tidyPlanned(clock.instant());
        jars.keepOnly(wanted.digests());
        // Of two that offer the same, the one that came last serves, as it did before the node stopped.
        wanted.list().stream()
                .sorted(Comparator.comparing(WantedPlugin::installedAt))
                .forEach(plugin -> start(plugin, faults));
        chooseCore(faults);
        journal.end();
    }

    private void settle(Journal.Entry entry, Inbox inbox) {
        boolean happened = hasHappened(entry);
        LOG.warn(
                "The node went down during the {} of {} (after: {}), which is {}.",
                entry.kind(),
                entry.plugin(),
                entry.done().map(Step::words).orElse("nothing"),
                happened ? "finished now" : "undone");
        if (!happened && entry.wasStarting()) {
            inbox.reject(
                    entry.sourceFile(),
                    "The node went down while this plugin was started or checked; drop it again to try again.");
        }
    }

    private boolean hasHappened(Journal.Entry entry) {
        Optional<WantedPlugin> plugin = wanted.find(entry.plugin());
        if (entry.kind().equals(Intent.Kind.STOP.word())) {
            return plugin.filter(WantedPlugin::stopped).isPresent();
        }
        if (entry.kind().equals(Intent.Kind.START.word())) {
            return plugin.filter(present -> !present.stopped()).isPresent();
        }
        return entry.target().equals(plugin.map(WantedPlugin::digest));
    }

    private void removeUnwanted() {
        Set<String> digests = wanted.list().stream().map(WantedPlugin::digest).collect(Collectors.toSet());
        List<Bundle> unwanted = bundles.list().stream()
                .filter(bundle ->
                        PluginBundles.digestOf(bundle).filter(digests::contains).isEmpty())
                .toList();
        bundles.remove(unwanted).forEach(LOG::warn);
    }

    /** What stands in for a bundle of the distribution has served its time once the distribution brings a newer one. */
    private void dropOutdated() {
        for (WantedPlugin plugin : wanted.list()) {
            Optional<Bundle> newer = bundles.findCore(plugin.name()).filter(own -> isNewerOrSame(own, plugin));
            if (newer.isPresent()) {
                LOG.info(
                        "{} {} is dropped, for the distribution brings {}.",
                        plugin.name(),
                        plugin.version(),
                        newer.get().getVersion());
                wanted.remove(plugin.name());
            }
        }
    }

    private static boolean isNewerOrSame(Bundle own, WantedPlugin plugin) {
        int newer = own.getVersion().compareTo(Version.parseVersion(plugin.version()));
        return newer > 0 || newer == 0 && Sha256.of(PluginBundles.fileOf(own)).equals(plugin.digest());
    }

    /** Either what stands in for a bundle of the distribution starts, or that bundle. */
    private void chooseCore(Map<String, String> faults) {
        for (Bundle own : bundles.listCore()) {
            String name = own.getSymbolicName();
            if (wanted.find(name).isEmpty() || faults.containsKey(name)) {
                fallBack(name);
            } else if (PluginBundles.isToStart(own)) {
                bundles.stop(own).forEach(LOG::warn);
            }
        }
    }

    /** Lets the distribution's own bundle of this name serve, if there is one: nothing stands in for it, or what does is in trouble. */
    void fallBack(String name) {
        bundles.findCore(name).filter(own -> !PluginBundles.isToStart(own)).ifPresent(own -> {
            try {
                bundles.startInTurn(own);
            } catch (RuntimeException e) {
                LOG.error("{} of the distribution does not start either: {}", name, Failures.sentence(e));
            }
        });
    }

    private void start(WantedPlugin plugin, Map<String, String> faults) {
        try {
            Bundle bundle = bundles.find(plugin.digest()).orElseGet(() -> install(plugin));
            if (plugin.coreLevel().isPresent()
                    && bundles.findCore(plugin.name()).isEmpty()) {
                // The node starts without that part of it.
                bundles.stop(bundle).forEach(LOG::warn);
                return;
            }
            if (plugin.stopped()) {
                // The cache may remember it as one to start, if the node went down while it was stopped.
                bundles.stop(bundle).forEach(LOG::warn);
                return;
            }
            switchboard.flip(bundle, Optional.empty());
            bundles.startInTurn(bundle);
        } catch (RuntimeException e) {
            LOG.error("The plugin {} {} is not available: {}", plugin.name(), plugin.version(), Failures.sentence(e));
            faults.put(plugin.name(), Failures.sentence(e));
        }
    }

    private Bundle install(WantedPlugin plugin) {
        if (jars.keeps(plugin.digest()) && !jars.isIntact(plugin.digest())) {
            throw new IllegalStateException(
                    "its jar data/plugins/%s.jar is damaged; install it again.".formatted(plugin.digest()));
        }
        return bundles.install(
                jars.require(plugin.digest()),
                plugin.digest(),
                plugin.name(),
                plugin.coreLevel().orElse(CoreLevels.PLUGINS));
    }
}
