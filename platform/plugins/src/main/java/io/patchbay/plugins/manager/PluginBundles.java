package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Providers;
import io.patchbay.plugins.switchboard.BundleServices;
import io.patchbay.plugins.switchboard.CoreLevels;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plugins' bundles in the framework. A bundle's location says its digest, which is its identity; two versions can stand side by side.
 *
 * <p>Whatever runs a plugin's code is limited in time: it ends in a PatchbayException, never in a manager that waits for ever.
 */
final class PluginBundles {
    static final Duration START = Duration.ofSeconds(10);
    static final Duration STOP = Limits.DRAIN;
    /** For what hangs already there is no use in waiting long. */
    private static final Duration STOP_OF_HANGING = Duration.ofSeconds(2);

    static final Duration REFRESH = Duration.ofSeconds(10);

    private static final String LOCATION = "plugin:";
    private static final String LOOKED_AT = "plan:";
    private static final Logger LOG = LoggerFactory.getLogger(PluginBundles.class);

    private final BundleContext context;
    /** What was to be removed and hangs. */
    private final Set<Bundle> leftBehind = ConcurrentHashMap.newKeySet();

    PluginBundles(BundleContext context) {
        this.context = context;
    }

    Optional<Bundle> find(String digest) {
        return Optional.ofNullable(context.getBundle(LOCATION + digest));
    }

    /** All that are installed, and those that were left from looking at them. */
    List<Bundle> list() {
        return Stream.of(context.getBundles()).filter(PluginBundles::isPlugin).toList();
    }

    /** The digest of a plugin's bundle; empty for one that is no plugin. */
    static Optional<String> digestOf(Bundle bundle) {
        String location = bundle.getLocation();
        return location.startsWith(LOCATION) ? Optional.of(location.substring(LOCATION.length())) : Optional.empty();
    }

    static boolean isRunning(Bundle bundle) {
        return bundle.getState() == Bundle.ACTIVE || bundle.getState() == Bundle.STARTING;
    }

    /** Whether code of its activator, or of its components, runs in a start or a stop that has not come to its end. */
    static boolean hangs(Bundle bundle) {
        return bundle.getState() == Bundle.STARTING || bundle.getState() == Bundle.STOPPING;
    }

    static boolean isPlugin(Bundle bundle) {
        return bundle.getLocation().startsWith(LOCATION) || bundle.getLocation().startsWith(LOOKED_AT);
    }

    /** The bundle that the node itself has under this symbolic name. */
    Optional<Bundle> findOwn(String symbolicName) {
        return Stream.of(context.getBundles())
                .filter(bundle -> !isPlugin(bundle))
                .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
                .findFirst();
    }

    /**
     * The bundle that goes with a change: the installed one; or the distribution's own, if that serves and the change is to bring another.
     *
     * @param wanted what the list of plugins says of the intent's plugin
     */
    Optional<Bundle> findOutgoing(Intent intent, Optional<WantedPlugin> wanted) {
        return findCore(intent.plugin())
                .filter(own -> isRunning(own) && intent.wantedDigest().isPresent())
                .or(() -> wanted.flatMap(plugin -> find(plugin.digest())));
    }

    /** The distribution's own bundle of this name, if it is one that can be replaced while the node runs. */
    Optional<Bundle> findCore(String symbolicName) {
        return findOwn(symbolicName).filter(own -> CoreLevels.include(levelOf(own)));
    }

    /** All of the distribution's bundles that can be replaced while the node runs. */
    List<Bundle> listCore() {
        return Stream.of(context.getBundles())
                .filter(bundle -> findCore(bundle.getSymbolicName())
                        .filter(bundle::equals)
                        .isPresent())
                .toList();
    }

    /** The file of a bundle of the distribution, which the framework reads where it lies. */
    static Path fileOf(Bundle own) {
        return Path.of(URI.create(own.getLocation().substring("reference:".length())));
    }

    static int levelOf(Bundle bundle) {
        return bundle.adapt(BundleStartLevel.class).getStartLevel();
    }

    /** Whether the framework will start it with itself. */
    static boolean isToStart(Bundle bundle) {
        return bundle.adapt(BundleStartLevel.class).isPersistentlyStarted();
    }

    /** What the framework reads from the jar's manifest; nothing of it runs, and it is gone again afterwards. PLUGIN_INVALID if the framework doesn't take it. */
    List<Need> look(Path jar, String digest) {
        Bundle candidate = install(jar, LOOKED_AT + digest);
        try {
            BundleRevision revision = candidate.adapt(BundleRevision.class);
            return revision == null ? List.of() : Need.of(revision);
        } finally {
            uninstall(candidate);
        }
    }

    /**
     * Installs it beside what is there; nothing of it runs. Does nothing if it is there.
     *
     * @param level at which it starts with the framework
     */
    Bundle install(Path jar, String digest, String name, int level) {
        find(digest).filter(PluginBundles::hangs).ifPresent(there -> {
            throw new PatchbayException(
                    ErrorCode.PLUGIN_FAILED,
                    "%s %s was installed before and hangs since; it can be installed again when it has ended, or the node was restarted."
                            .formatted(name, there.getVersion()));
        });
        Bundle bundle = find(digest).orElseGet(() -> install(jar, LOCATION + digest));
        bundle.adapt(BundleStartLevel.class).setStartLevel(level);
        LOG.debug("{} is installed as bundle {}.", name, bundle.getBundleId());
        return bundle;
    }

    private Bundle install(Path jar, String location) {
        try (InputStream in = Files.newInputStream(jar)) {
            return context.installBundle(location, in);
        } catch (BundleException | IOException e) {
            throw new PatchbayException(
                    ErrorCode.PLUGIN_INVALID, "The framework does not take the jar: " + Failures.sentence(e), e);
        }
    }

    /** True if all it needs is there. */
    boolean resolve(Bundle bundle) {
        return wiring().resolveBundles(List.of(bundle));
    }

    /** Starts it and marks it to be started with the framework; PLUGIN_FAILED with the root cause if it doesn't. */
    void start(Bundle bundle) {
        try {
            TimeLimit.call("start " + bundle.getSymbolicName(), START, () -> {
                bundle.start();
                return bundle;
            });
        } catch (TimeoutException e) {
            throw new PatchbayException(
                    ErrorCode.PLUGIN_FAILED,
                    "%s did not start within %d s.".formatted(bundle.getSymbolicName(), START.toSeconds()),
                    e);
        } catch (ExecutionException e) {
            throw doesNotStart(bundle, e);
        }
        if (!isRunning(bundle)) {
            throw new PatchbayException(
                    ErrorCode.PLUGIN_FAILED, "%s stopped while it was started.".formatted(bundle.getSymbolicName()));
        }
    }

    /** Marks it to be started when the framework comes to its level, or starts it if it is there already. */
    void startInTurn(Bundle bundle) {
        if (context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                        .adapt(FrameworkStartLevel.class)
                        .getStartLevel()
                >= levelOf(bundle)) {
            start(bundle);
            return;
        }
        try {
            bundle.start();
        } catch (BundleException e) {
            throw doesNotStart(bundle, e);
        }
    }

    /** The framework's words about what can't be resolved are for those who know its name spaces; ours say what is missing. */
    PatchbayException doesNotStart(Bundle bundle, Throwable failure) {
        if (isUnresolved(failure) || isUnresolved(failure.getCause())) {
            List<String> unmet = new Offers(context, List.of()).listUnmet(bundle);
            return new PatchbayException(
                    ErrorCode.PLUGIN_UNRESOLVED,
                    unmet.isEmpty()
                            ? "%s does not start: what it needs can't be had together."
                                    .formatted(bundle.getSymbolicName())
                            : String.join(" ", unmet),
                    failure);
        }
        return new PatchbayException(
                ErrorCode.PLUGIN_FAILED,
                "%s does not start: %s".formatted(bundle.getSymbolicName(), Failures.sentence(failure)),
                failure);
    }

    private static boolean isUnresolved(@Nullable Throwable failure) {
        return failure instanceof BundleException known && known.getType() == BundleException.RESOLVE_ERROR;
    }

    /** Stops it, now and at the node's next starts; returns a sentence if there is trouble. */
    List<String> stop(Bundle bundle) {
        Duration limit = hangs(bundle) ? STOP_OF_HANGING : STOP;
        try {
            TimeLimit.call("stop " + bundle.getSymbolicName(), limit, () -> {
                bundle.stop();
                return bundle;
            });
            return List.of();
        } catch (TimeoutException e) {
            return List.of("%s did not stop within %d s.".formatted(bundle.getSymbolicName(), limit.toSeconds()));
        } catch (ExecutionException e) {
            return List.of(
                    "%s failed while it was stopped: %s".formatted(bundle.getSymbolicName(), Failures.sentence(e)));
        }
    }

    /**
     * Stops, uninstalls and forgets these, whatever they do about it; returns a sentence for each trouble. One that hangs is left behind until the node's next start: whoever touches it waits for it,
     * and a refresh would do so with the framework's own lock in hand, so that no plugin could be changed any more.
     */
    List<String> remove(Collection<Bundle> bundles) {
        List<String> troubles = new ArrayList<>();
        List<Bundle> stopped = new ArrayList<>();
        for (Bundle bundle : bundles) {
            troubles.addAll(stop(bundle));
            if (hangs(bundle)) {
                troubles.add(sentenceOnHanging(bundle));
                leftBehind.add(bundle);
                continue;
            }
            stopped.add(bundle);
            try {
                TimeLimit.call("uninstall " + bundle.getSymbolicName(), STOP, () -> {
                    uninstall(bundle);
                    return bundle;
                });
            } catch (TimeoutException | ExecutionException e) {
                troubles.add(
                        "%s can't be taken out before the next start of the node.".formatted(bundle.getSymbolicName()));
            }
        }
        if (!refresh(stopped)) {
            troubles.add("What was removed was not let go within %d s.".formatted(REFRESH.toSeconds()));
        }
        stopped.forEach(FrameworkLeftovers::drop);
        return troubles;
    }

    /** Stops a bundle of the distribution, now and at the next starts, and lets its classes go; it stays installed, to come back. Returns a sentence for each trouble. */
    List<String> setAside(Bundle own) {
        List<String> troubles = new ArrayList<>(stop(own));
        if (hangs(own)) {
            troubles.add(sentenceOnHanging(own));
            return troubles;
        }
        if (!refresh(List.of(own))) {
            troubles.add("What was stopped was not let go within %d s.".formatted(REFRESH.toSeconds()));
        }
        return troubles;
    }

    /** Removes what was left behind and hangs no more; returns it. */
    List<Bundle> removeLeftBehind() {
        List<Bundle> through =
                leftBehind.stream().filter(bundle -> !hangs(bundle)).toList();
        for (Bundle bundle : through) {
            leftBehind.remove(bundle);
            LOG.info("{} hangs no more and is removed.", bundle.getSymbolicName());
            remove(List.of(bundle)).forEach(LOG::warn);
        }
        return through;
    }

    private static String sentenceOnHanging(Bundle bundle) {
        return "%s hangs and is left behind; it serves nobody, and goes when the node is restarted."
                .formatted(bundle.getSymbolicName());
    }

    private static void uninstall(Bundle bundle) {
        try {
            if (bundle.getState() != Bundle.UNINSTALLED) {
                bundle.uninstall();
            }
        } catch (BundleException e) {
            LOG.warn("{} can't be uninstalled: {}", bundle, Failures.sentence(e));
        }
    }

    /** Lets the framework forget these; only those that stand on them are restarted. */
    private boolean refresh(Collection<Bundle> bundles) {
        if (bundles.isEmpty()) {
            return true;
        }
        if (wiring().getDependencyClosure(bundles).stream().anyMatch(PluginBundles::hangs)) {
            return false;
        }
        CountDownLatch done = new CountDownLatch(1);
        wiring().refreshBundles(bundles, event -> done.countDown());
        try {
            return done.await(REFRESH.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Names of the bundles that use this one's packages and restart when it goes. */
    List<String> dependents(Bundle bundle) {
        Set<Bundle> closure = new HashSet<>(wiring().getDependencyClosure(List.of(bundle)));
        closure.remove(bundle);
        return closure.stream().map(Bundle::getSymbolicName).sorted().toList();
    }

    /** The services of others that it has got hold of, as people read them; those of the framework and its machinery are left out. */
    static List<String> uses(Bundle bundle) {
        return BundleServices.usedBy(bundle).stream()
                .filter(reference -> !bundle.equals(reference.getBundle()))
                .flatMap(reference -> Checkup.types(reference).stream()
                        .filter(type -> !type.startsWith("org.osgi.") && !type.startsWith("org.apache.felix."))
                        .map(type -> shown(type, reference.getProperty(Providers.NAME))))
                .distinct()
                .sorted()
                .toList();
    }

    private static String shown(String type, @Nullable Object name) {
        return name == null ? type.substring(type.lastIndexOf('.') + 1) : DeclaredService.shown(type, name.toString());
    }

    /** File names of the native libraries that the node itself carries, in lower case. */
    Set<String> carriedLibraries() {
        Set<String> names = new HashSet<>();
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID || isPlugin(bundle)) {
                continue;
            }
            for (String pattern : List.of("*.so", "*.dll", "*.dylib", "*.jnilib")) {
                var found = bundle.findEntries("/", pattern, true);
                if (found != null) {
                    Collections.list(found).forEach(url -> names.add(fileName(url.getPath())));
                }
            }
        }
        return names;
    }

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }

    private FrameworkWiring wiring() {
        return context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    }
}
