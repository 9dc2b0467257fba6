package io.patchbay.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running framework with the distribution's bundles in it.
 *
 * <p>Bundles are installed by reference: the framework reads the distribution's own files instead of copying them into its cache.
 */
final class NodeFramework {

    private static final Logger log = LoggerFactory.getLogger(NodeFramework.class);

    private static final long LOOK_MS = 100;

    private final Framework framework;
    private final OrderlyStop stop;
    private final List<Bundle> ours;

    private NodeFramework(Framework framework, OrderlyStop stop, List<Bundle> ours) {
        this.framework = framework;
        this.stop = stop;
        this.ours = ours;
    }

    /**
     * Starts from the cache if that fits and everything in it comes up, else from a new one.
     *
     * @param beforeBundles called with the system bundle's context, and with how the framework is stopped, before the first bundle starts
     */
    static NodeFramework start(
            Distribution distribution,
            BundlesList list,
            BundleCache cache,
            Map<String, String> properties,
            BiConsumer<BundleContext, OrderlyStop> beforeBundles) {
        if (cache.claim()) {
            try {
                NodeFramework node =
                        start(cache, properties, beforeBundles, context -> installed(context, distribution, list));
                if (cache.knownTroubled().containsAll(names(node.troubled()))) {
                    return node;
                }
                log.info(
                        "The bundle cache is rebuilt, because {} did not start from it.",
                        String.join(", ", names(node.troubled())));
                node.stopForRestart();
            } catch (RuntimeException | BundleException e) {
                log.info("The bundle cache is rebuilt, because it is damaged: {}", e.getMessage());
            }
            cache.claim();
        }
        try {
            return start(cache, properties, beforeBundles, context -> install(context, distribution, list));
        } catch (BundleException e) {
            throw new StartException("The OSGi framework can't start: " + e.getMessage(), e);
        }
    }

    private static NodeFramework start(
            BundleCache cache,
            Map<String, String> properties,
            BiConsumer<BundleContext, OrderlyStop> beforeBundles,
            BundleSource source)
            throws BundleException {
        Framework framework =
                new FrameworkFactory().newFramework(asFrameworkMap(FrameworkSettings.of(cache, properties)));
        try {
            framework.init();
            BundleContext context = framework.getBundleContext();
            List<Bundle> ours = source.bundles(context);
            OrderlyStop stop = OrderlyStop.of(framework);
            beforeBundles.accept(context, stop);
            // All at once: one by one, as they start, the resolver would go over the same wiring again for each.
            framework.adapt(FrameworkWiring.class).resolveBundles(ours);
            framework.start();
            return new NodeFramework(framework, stop, ours);
        } catch (BundleException | RuntimeException e) {
            framework.stop();
            throw e;
        }
    }

    /** Felix takes objects (its logger) in a map that the OSGi interface declares as one of strings. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Map<String, String> asFrameworkMap(Map<String, Object> settings) {
        return (Map) settings;
    }

    private interface BundleSource {
        List<Bundle> bundles(BundleContext context) throws BundleException;
    }

    private static List<Bundle> installed(BundleContext context, Distribution distribution, BundlesList list)
            throws BundleException {
        List<Bundle> bundles = new ArrayList<>();
        for (BundlesList.Entry entry : present(distribution, list)) {
            Bundle bundle = context.getBundle(location(distribution, entry.file()));
            if (bundle == null) {
                throw new BundleException(entry.file() + " is not in it");
            }
            bundles.add(bundle);
        }
        return bundles;
    }

    private static List<Bundle> install(BundleContext context, Distribution distribution, BundlesList list) {
        List<Bundle> bundles = new ArrayList<>();
        for (BundlesList.Entry entry : present(distribution, list)) {
            try {
                Bundle bundle = context.installBundle(location(distribution, entry.file()));
                bundle.adapt(BundleStartLevel.class).setStartLevel(entry.level());
                if (!isFragment(bundle)) {
                    // Not started yet: marked to start when the framework reaches the level.
                    bundle.start(Bundle.START_ACTIVATION_POLICY);
                }
                bundles.add(bundle);
            } catch (BundleException e) {
                log.error("{} can't be installed and is left out: {}", entry.file(), e.getMessage());
            }
        }
        return bundles;
    }

    private static List<BundlesList.Entry> present(Distribution distribution, BundlesList list) {
        List<BundlesList.Entry> present = new ArrayList<>();
        for (BundlesList.Entry entry : list.entries()) {
            if (Files.isRegularFile(distribution.bundles().resolve(entry.file()))) {
                present.add(entry);
            } else {
                log.error(
                        "{} stands in bundles.list but is not in the folder bundles: the node starts without it.",
                        entry.file());
            }
        }
        return present;
    }

    static String location(Distribution distribution, String file) {
        return reference(distribution.bundles().resolve(file));
    }

    static String reference(Path file) {
        return "reference:" + file.toUri();
    }

    static boolean isFragment(Bundle bundle) {
        return bundle.getHeaders("").get(Constants.FRAGMENT_HOST) != null;
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    List<Bundle> bundles() {
        return ours;
    }

    /**
     * Those of the distribution's bundles that should run and don't. A bundle with a lazy activation policy may wait in STARTING for its first class; one that isn't to start has been
     * replaced, by the manager of plugins, with another version.
     */
    List<Bundle> troubled() {
        return ours.stream()
                .filter(NodeFramework::isToStart)
                .filter(bundle -> !runs(bundle))
                .toList();
    }

    private static boolean isToStart(Bundle bundle) {
        return isFragment(bundle) || bundle.adapt(BundleStartLevel.class).isPersistentlyStarted();
    }

    /** The files of {@code list} that are none of the running bundles: absent, or with a bundle in trouble. */
    Set<String> filesNotRunning(Distribution distribution, BundlesList list) {
        Set<String> running = ours.stream()
                .filter(bundle -> runs(bundle) || !isToStart(bundle))
                .map(Bundle::getLocation)
                .collect(Collectors.toSet());
        return list.entries().stream()
                .map(BundlesList.Entry::file)
                .filter(file -> !running.contains(location(distribution, file)))
                .collect(Collectors.toSet());
    }

    private static boolean runs(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.ACTIVE, Bundle.STARTING -> true;
            case Bundle.RESOLVED -> isFragment(bundle);
            default -> false;
        };
    }

    static List<String> names(List<Bundle> bundles) {
        return bundles.stream().map(Bundle::getSymbolicName).toList();
    }

    private void stopForRestart() throws BundleException {
        try {
            stop.begin();
            awaitStop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BundleException("interrupted while it was stopped", e);
        }
    }

    /** Asks the framework to stop; returns at once. Any thread. */
    void stop() {
        stop.begin();
    }

    /** Waits until the framework has stopped, or there is no use in waiting. */
    void awaitStop() throws InterruptedException {
        while (framework.waitForStop(LOOK_MS).getType() == FrameworkEvent.WAIT_TIMEDOUT && !stop.isOver()) {
            continue;
        }
    }
}
