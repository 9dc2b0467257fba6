package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.migration.Stores;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.api.plugin.Jobs;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.PlanOptions;
import io.patchbay.api.plugin.PluginInfo;
import io.patchbay.api.plugin.PluginReceipt;
import io.patchbay.api.plugin.Plugins;
import io.patchbay.api.protocol.Connections;
import io.patchbay.plugins.switchboard.CoreLevels;
import io.patchbay.plugins.switchboard.SwapGuard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's plugins: what is installed, what a change would do, and the change itself, one at a time.
 *
 * <p>Plans are made on the caller's thread and change nothing but a copy of the jar; a change runs on its job's thread. A keeper thread looks at the inbox and at receipts every second.
 */
@Component(
        service = {Plugins.class, io.patchbay.api.plugin.Component.class},
        immediate = true,
        configurationPid = PluginsConfig.PID)
public final class PluginManager implements Plugins, io.patchbay.api.plugin.Component {
    /** Before the kind of a plan, the kind of the job that carries it out. */
    private static final String JOBS = "plugin-";

    /** It runs, but not well. */
    private static final String DEGRADED = "degraded";

    private static final long KEEPER_MS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(PluginManager.class);

    private final BundleContext context;
    private final Path folder;
    private final SwapGuard switchboard;
    private final Clock clock;
    private final JarStore jars;
    private final WantedPlugins wanted;
    private final PluginBundles bundles;
    private final Planner planner;
    private final PlanSeal seal;
    private final Change.Parts parts;
    private final Inbox inbox;
    private final Boot boot;
    private final Ailments ailments;
    private final Probation probation;
    private final ScheduledExecutorService keeper = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "plugins-keeper");
        thread.setDaemon(true);
        return thread;
    });
    private final StartWatch startWatch;
    private final FrameworkListener failedStarts = this::noteFailedStart;

    /** Guarded by itself. */
    private final Map<String, Planner.Planned> plans = new LinkedHashMap<>();

    /** By plugin: what is wrong with it. */
    private final Map<String, String> faults = new ConcurrentHashMap<>();

    private final PluginMeters meters = new PluginMeters();
    private final Receipts receipts;

    /** The change that runs. */
    private final AtomicReference<@Nullable Plan> underWay = new AtomicReference<>();

    private volatile boolean inboxIsOpen = true;
    private volatile @Nullable Jobs jobs;
    private volatile @Nullable Stores stores;
    private volatile @Nullable Connections connections;
    private volatile @Nullable Logins logins;
    private volatile @Nullable ServiceComponentRuntime components;

    /** Why the list of plugins can't be read; then nothing is changed. Written at the start only. */
    private volatile @Nullable PatchbayException unreadable;

    @Activate
    public PluginManager(BundleContext context, @Reference SwapGuard switchboard, PluginsConfig config) {
        this(context, switchboard, Path.of(context.getProperty("patchbay.home")), Clock.systemUTC());
        probation.last(Duration.ofMillis(config.plugins_probationMs()));
        inboxIsOpen = config.plugins_inbox();
    }

    @Modified
    void configured(PluginsConfig config) {
        probation.last(Duration.ofMillis(config.plugins_probationMs()));
        inboxIsOpen = config.plugins_inbox();
    }

    PluginManager(BundleContext context, SwapGuard switchboard, Path home, Clock clock) {
        this.folder = home.resolve("data").resolve("plugins");
        this.clock = clock;
        this.context = context;
        this.switchboard = switchboard;
        this.jars = new JarStore(folder);
        this.wanted = new WantedPlugins(folder.resolve("wanted"));
        this.bundles = new PluginBundles(context);
        Offers offers = new Offers(context, distributionFolders(context));
        StoresInUse storesInUse = new StoresInUse(() -> stores);
        Journal journal = new Journal(folder.resolve("journal"));
        Checkup checkup = new Checkup(context, switchboard, new ComponentTroubles(() -> components));
        HandOvers handOvers = new HandOvers(context, switchboard, storesInUse, () -> connections, () -> logins);
        this.planner = new Planner(context, bundles, wanted, offers, switchboard, storesInUse, handOvers);
        this.seal = new PlanSeal(folder.resolve("plan-key"));
        this.receipts = new Receipts(new LoaderHolders(context, switchboard), clock);
        this.parts = new Change.Parts(
                jars, bundles, wanted, journal, offers, switchboard, checkup, storesInUse, receipts, clock);
        this.inbox = new Inbox(home.resolve("plugins"), this, clock);
        this.boot = new Boot(jars, bundles, wanted, journal, switchboard, clock);
        this.startWatch = new StartWatch(clock, this::goOnWithout);
        this.ailments = new Ailments(bundles, checkup, switchboard, clock);
        this.probation = new Probation(
                context, this, bundles, checkup, ailments, wanted, clock, () -> underWay.get() != null, meters);
    }

    private String distributionName() {
        String distribution = context.getProperty("patchbay.distribution");
        return distribution == null ? "" : String.valueOf(Path.of(distribution).getFileName());
    }

    private static List<Path> distributionFolders(BundleContext context) {
        String distribution = context.getProperty("patchbay.distribution");
        return distribution == null
                ? List.of()
                : Stream.of("bundles", "plugins")
                        .map(Path.of(distribution)::resolve)
                        .toList();
    }

    @Activate
    void start() {
        context.addFrameworkListener(failedStarts);
        context.addBundleListener(startWatch);
        // Before the plugins, for one of them may hang.
        keeper.scheduleWithFixedDelay(this::keep, KEEPER_MS, KEEPER_MS, TimeUnit.MILLISECONDS);
        try {
            jars.open();
            new ChangeSet(folder).settle(distributionName()).ifPresent(LOG::warn);
            wanted.read();
            boot.run(inbox, faults);
            wanted.list().stream().filter(WantedPlugin::onTrial).forEach(this::goOnWithProbation);
        } catch (PatchbayException e) {
            unreadable = e;
            LOG.error("{}", e.getMessage());
        } catch (IOException | UncheckedIOException e) {
            unreadable = new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The folder data/plugins can't be used: " + e.getMessage() + ".", e);
            LOG.error("{}", Failures.sentence(e));
        }
    }

    private void goOnWithProbation(WantedPlugin plugin) {
        try {
            JarInspection.Findings findings =
                    new JarInspection(Set.of(), plugin.name()).inspect(jars.require(plugin.digest()));
            probation.begin(jar(findings, plugin.digest(), List.of(), false));
        } catch (PatchbayException e) {
            LOG.warn("{} {} is not on probation any more: {}", plugin.name(), plugin.version(), e.getMessage());
        }
    }

    @Deactivate
    void stop() {
        context.removeFrameworkListener(failedStarts);
        context.removeBundleListener(startWatch);
        keeper.shutdownNow();
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setJobs(Jobs service) {
        jobs = service;
    }

    void unsetJobs(Jobs service) {
        if (jobs == service) {
            jobs = null;
        }
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setStores(Stores service) {
        stores = service;
    }

    void unsetStores(Stores service) {
        if (stores == service) {
            stores = null;
        }
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setConnections(Connections service) {
        connections = service;
    }

    void unsetConnections(Connections service) {
        if (connections == service) {
            connections = null;
        }
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setLogins(Logins service) {
        logins = service;
    }

    void unsetLogins(Logins service) {
        if (logins == service) {
            logins = null;
        }
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setComponents(ServiceComponentRuntime service) {
        components = service;
    }

    void unsetComponents(ServiceComponentRuntime service) {
        if (components == service) {
            components = null;
        }
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setMetrics(Metrics service) {
        meters.use(
                service,
                this::list,
                new PluginMeters.Kept(this::countPlans, jars::plannedBytes, receipts::count, receipts::uncollected));
    }

    void unsetMetrics(Metrics service) {
        meters.lose(service);
    }

    /**
     * The framework waits for this plugin with the start of the node, so nothing that comes after the plugins would ever serve: the node starts again without it. The framework can't be told to go on
     * otherwise. What stands in for a bundle of the distribution gives way to that.
     */
    private void goOnWithout(Bundle hanging) {
        Optional<String> digest = PluginBundles.digestOf(hanging);
        Optional<WantedPlugin> plugin = wanted.find(hanging.getSymbolicName())
                .filter(known -> digest.equals(Optional.of(known.digest())) && !known.stopped());
        if (!isNodeStarting() || unreadable != null || plugin.isEmpty()) {
            return;
        }
        String sentence = "It hung while it was started with the node at %s, and is stopped since."
                .formatted(clock.instant().truncatedTo(ChronoUnit.SECONDS));
        LOG.error(
                "The plugin {} {} hangs in its start; the node starts again without it.",
                plugin.get().name(),
                plugin.get().version());
        if (plugin.get().coreLevel().isPresent()) {
            wanted.remove(plugin.get().name());
        } else {
            wanted.put(plugin.get().with(true).remarked(sentence));
        }
        restartNode();
    }

    private boolean isNodeStarting() {
        return context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.STARTING;
    }

    private void restartNode() {
        try {
            for (ServiceReference<Runnable> restart :
                    context.getServiceReferences(Runnable.class, "(patchbay.restart=true)")) {
                context.getService(restart).run();
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void noteFailedStart(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.ERROR && event.getThrowable() != null && event.getBundle() != null) {
            PluginBundles.digestOf(event.getBundle()).ifPresent(digest -> {
                Bundle failed = event.getBundle();
                faults.put(
                        failed.getSymbolicName(),
                        Failures.sentence(bundles.doesNotStart(failed, event.getThrowable())));
                keeper.execute(() -> boot.fallBack(failed.getSymbolicName()));
            });
        }
    }

    private void keep() {
        try {
            receipts.look();
            startWatch.look();
            if (unreadable == null && isUp() && jobs != null) {
                if (underWay.get() == null) {
                    bundles.removeLeftBehind().forEach(switchboard::forget);
                }
                probation.look();
                ailments.look();
                if (inboxIsOpen) {
                    inbox.poll();
                }
            }
        } catch (RuntimeException e) {
            LOG.error("The keeper of the plugins failed and goes on.", e);
        }
    }

    /** Before, a bundle would only be marked to start later, and nobody could say whether it works. */
    private boolean isUp() {
        return context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                        .adapt(FrameworkStartLevel.class)
                        .getStartLevel()
                >= CoreLevels.PLUGINS;
    }

    @Override
    public List<PluginInfo> list() {
        requireReadable();
        return wanted.list().stream().map(this::info).toList();
    }

    @Override
    public PluginInfo get(String name) {
        return info(requirePlugin(name));
    }

    private WantedPlugin requirePlugin(String name) {
        requireReadable();
        return wanted.find(name)
                .orElseThrow(
                        () -> new PatchbayException(ErrorCode.NOT_FOUND, "There is no plugin \"%s\".".formatted(name)));
    }

    private void requireReadable() {
        PatchbayException failure = unreadable;
        if (failure != null) {
            throw failure;
        }
    }

    private PluginInfo info(WantedPlugin plugin) {
        Optional<Bundle> bundle = bundles.find(plugin.digest());
        boolean active = bundle.filter(PluginBundles::isRunning).isPresent();
        Optional<String> ailment = bundle.filter(b -> active).flatMap(ailments::find);
        String state = plugin.stopped()
                ? "stopped"
                : active ? ailment.isPresent() ? DEGRADED : "active" : bundle.isPresent() ? "failed" : "unavailable";
        Optional<String> fault = Optional.ofNullable(faults.get(plugin.name()));
        return new PluginInfo(
                plugin.name(),
                plugin.version(),
                plugin.digest(),
                state,
                plugin.installedAt(),
                bundle.map(b -> NamedService.of(switchboard.namedServices(b)).stream()
                                .map(NamedService::shown)
                                .toList())
                        .orElse(List.of()),
                bundle.map(PluginBundles::uses).orElse(List.of()),
                plugin.previous()
                        .map(WantedPlugin.Version::version)
                        .or(() -> bundles.findCore(plugin.name())
                                .map(own -> own.getVersion().toString())),
                receipts.find(plugin.name()).map(Receipt::toString),
                switch (state) {
                    case "active" -> plugin.remark();
                    case DEGRADED -> ailment;
                    case "stopped" -> fault.or(plugin::remark);
                    default ->
                        Optional.of(
                                fault.orElse("It is not running; the log says why.") + servesMeanwhile(plugin.name()));
                });
    }

    private String servesMeanwhile(String name) {
        return bundles.findCore(name)
                .filter(PluginBundles::isRunning)
                .map(own -> " The distribution's own %s serves meanwhile.".formatted(own.getVersion()))
                .orElse("");
    }

    @Override
    public Plan planInstall(Path jar) {
        return planInstall(jar, String.valueOf(jar.getFileName()));
    }

    @Override
    public Plan planInstall(Path jar, String shownName) {
        return planInstall(jar, shownName, PlanOptions.NONE);
    }

    @Override
    public Plan planInstall(Path jar, String shownName, PlanOptions options) {
        requireReadable();
        synchronized (jars) {
            String digest = jars.copyIn(jar);
            try {
                return remember(intentToInstall(digest, shownName, options.reconnect()));
            } catch (RuntimeException e) {
                dropUnplanned(digest);
                throw e;
            }
        }
    }

    private Intent intentToInstall(String digest, String shownName, boolean reconnect) {
        PluginJar inspected = inspect(digest, shownName);
        boolean there = wanted.find(inspected.name()).isPresent()
                || bundles.findCore(inspected.name()).isPresent();
        Intent.Kind kind = there ? Intent.Kind.UPDATE : Intent.Kind.INSTALL;
        return new Intent(kind, inspected.name(), Optional.of(inspected), shownName, reconnect);
    }

    private PluginJar inspect(String digest, String shownName) {
        Path file = jars.require(digest);
        JarInspection.Findings findings = new JarInspection(bundles.carriedLibraries(), shownName).inspect(file);
        if (bundles.findOwn(findings.name()).isPresent()
                && bundles.findCore(findings.name()).isEmpty()) {
            throw new PatchbayException(
                    ErrorCode.PLUGIN_INVALID,
                    "%s calls itself %s, which is a part of the platform: that changes with the whole distribution alone."
                            .formatted(shownName, findings.name()));
        }
        return inspected(findings, file, digest, false);
    }

    private PluginJar inspected(JarInspection.Findings findings, Path file, String digest, boolean ofDistribution) {
        List<Need> needs;
        // Two looks at one jar at a time would be one bundle to the framework.
        synchronized (bundles) {
            needs = bundles.look(file, digest);
        }
        return jar(findings, digest, needs, ofDistribution);
    }

    private static PluginJar jar(
            JarInspection.Findings findings, String digest, List<Need> needs, boolean ofDistribution) {
        return new PluginJar(
                findings.name(),
                findings.version(),
                digest,
                findings.services(),
                findings.manifest().getMainAttributes().getValue(Constants.BUNDLE_ACTIVATOR) != null,
                needs,
                findings.signed(),
                ofDistribution);
    }

    /** What the distribution itself has under a plugin's name, to go back to; empty if there is nothing, or if it serves already because the plugin failed. */
    private Optional<PluginJar> findOfDistribution(String name) {
        return bundles.findCore(name)
                .filter(own -> !PluginBundles.isRunning(own))
                .map(own -> {
                    Path file = PluginBundles.fileOf(own);
                    JarInspection.Findings findings =
                            new JarInspection(Set.of(), file.getFileName().toString()).inspect(file);
                    return inspected(findings, file, Sha256.of(file), true);
                });
    }

    @Override
    public Plan planInstallFrom(String url, String sha256) {
        JarAddress address = JarAddress.of(url);
        return planDownload(address, JarAddress.requireDigest(sha256), Limits.REQUEST, UnwatchedControl.INSTANCE);
    }

    @Override
    public Job installFrom(String url, String sha256) {
        JarAddress address = JarAddress.of(url);
        String digest = JarAddress.requireDigest(sha256);
        return requireRunner().start(JOBS + Intent.Kind.INSTALL.word(), "install " + address.shown(), control -> {
            Plan plan = planDownload(address, digest, Limits.DOWNLOAD, control);
            Planner.Planned planned = requireExecutable(plan);
            requireNoOther(plan);
            return carryOut(planned, control);
        });
    }

    private Plan planDownload(JarAddress address, String digest, Duration atMost, JobControl control) {
        requireReadable();
        Path part = jars.openPart();
        try {
            new JarDownload(part, atMost, control).fetch(address);
            String came = Sha256.of(part);
            if (!came.equals(digest)) {
                throw new PatchbayException(
                        ErrorCode.PLUGIN_INVALID,
                        "What came from %s has the SHA-256 %s, not %s; nothing is installed."
                                .formatted(address.shown(), came, digest));
            }
            return planInstall(part, address.fileName(), PlanOptions.NONE);
        } finally {
            JarStore.deleteQuietly(part);
        }
    }

    @Override
    public Plan planStart(String name) {
        return remember(intentTo(Intent.Kind.START, name));
    }

    @Override
    public Plan planStop(String name) {
        return remember(intentTo(Intent.Kind.STOP, name));
    }

    @Override
    public Plan planUninstall(String name) {
        return remember(intentTo(Intent.Kind.UNINSTALL, name));
    }

    @Override
    public Plan planRollBack(String name) {
        return remember(intentTo(Intent.Kind.ROLLBACK, name));
    }

    /** What is to be done with a plugin that is installed. */
    private Intent intentTo(Intent.Kind kind, String name) {
        WantedPlugin plugin = requirePlugin(name);
        Optional<PluginJar> incoming = switch (kind) {
            case START -> Optional.of(inspect(plugin.digest(), name + " " + plugin.version()));
            case ROLLBACK -> Optional.of(toRollBackTo(plugin));
            case UNINSTALL -> findOfDistribution(name);
            case STOP -> Optional.empty();
            case INSTALL, UPDATE -> throw new IllegalArgumentException(kind.word());
        };
        return new Intent(kind, name, incoming, plugin.sourceFile(), false);
    }

    private PluginJar toRollBackTo(WantedPlugin plugin) {
        String name = plugin.name();
        return plugin.previous()
                .map(previous -> inspect(previous.digest(), name + " " + previous.version()))
                .or(() -> findOfDistribution(name))
                .orElseThrow(() ->
                        new PatchbayException(ErrorCode.CONFLICT, "%s has no version to go back to.".formatted(name)));
    }

    @Override
    public Plan reopen(Plan kept) {
        requireReadable();
        seal.require(kept);
        Intent intent = intentOf(kept);
        planner.requireUnchanged(kept, planner.plan(kept.id(), intent).plan());
        return remember(kept.id(), intent);
    }

    @Override
    public Plan reopen(Plan kept, Path jar) {
        requireReadable();
        seal.require(kept);
        synchronized (jars) {
            String digest = jars.copyIn(jar);
            if (!kept.digest().equals(Optional.of(digest))) {
                dropUnplanned(digest);
                throw new PatchbayException(
                        ErrorCode.PLUGIN_INVALID,
                        "%s has the SHA-256 %s, and the plan is for the jar %s."
                                .formatted(
                                        jar.getFileName(), digest, kept.digest().orElse("of none")));
            }
            return reopen(kept);
        }
    }

    /** Guarded by the jars. */
    private void dropUnplanned(String digest) {
        synchronized (plans) {
            if (!isPlanned(digest)) {
                jars.dropPlanned(digest);
            }
        }
    }

    private Intent intentOf(Plan kept) {
        Intent.Kind kind = Intent.Kind.of(kept.kind());
        boolean brings = kind == Intent.Kind.INSTALL || kind == Intent.Kind.UPDATE;
        boolean gone = brings
                ? kept.digest().filter(jars::has).isEmpty()
                : wanted.find(kept.plugin()).isEmpty();
        if (gone) {
            String difference = new World(kept.world()).difference(planner.world());
            throw Planner.outdated(
                    kept,
                    difference.isEmpty()
                            ? "the node does not keep its jar any more; give the jar again, or make a new plan."
                            : "the node has changed: " + difference);
        }
        return brings
                ? intentToInstall(kept.digest().orElseThrow(), kept.source(), acceptsReconnects(kept))
                : intentTo(kind, kept.plugin());
    }

    /** A plan that has reconnects and no problem was made by who accepted them. */
    private static boolean acceptsReconnects(Plan kept) {
        return kept.problems().isEmpty()
                && kept.handOvers().stream().anyMatch(handOver -> handOver.way().equals(ExtensionPoint.RECONNECT));
    }

    private Plan remember(Intent intent) {
        return remember(UUID.randomUUID().toString(), intent);
    }

    private Plan remember(String id, Intent intent) {
        Planner.Planned bare = planner.plan(id, intent);
        Planner.Planned planned = new Planner.Planned(seal.seal(bare.plan()), intent, bare.problemCode());
        synchronized (plans) {
            plans.put(planned.plan().id(), planned);
            if (plans.size() > PlanLimits.PLANS) {
                plans.remove(plans.keySet().iterator().next());
            }
            jars.boundPlanned(clock.instant());
        }
        return planned.plan();
    }

    private long countPlans() {
        synchronized (plans) {
            return plans.size();
        }
    }

    private boolean isPlanned(String digest) {
        return plans.values().stream()
                .anyMatch(planned ->
                        planned.plan().digest().filter(digest::equals).isPresent());
    }

    @Override
    public Job execute(Plan plan) {
        requireReadable();
        Planner.Planned planned = requireExecutable(plan);
        Jobs runner = requireRunner();
        requireNoOther(plan);
        try {
            Job job = runner.start(JOBS + plan.kind(), title(plan), control -> carryOut(planned, control));
            // In case it ended without having run.
            job.ended().thenRun(() -> underWay.compareAndSet(plan, null));
            return job;
        } catch (RuntimeException e) {
            underWay.compareAndSet(plan, null);
            throw e;
        }
    }

    private Planner.Planned requireExecutable(Plan plan) {
        Planner.Planned planned = take(plan);
        if (!plan.problems().isEmpty()) {
            throw new PatchbayException(planned.problemCode(), String.join(" ", plan.problems()));
        }
        return planned;
    }

    private Jobs requireRunner() {
        Jobs runner = jobs;
        if (runner == null || !isUp()) {
            throw new PatchbayException(ErrorCode.UNAVAILABLE, "The node is still starting; try again in a moment.");
        }
        return runner;
    }

    private void requireNoOther(Plan plan) {
        if (!underWay.compareAndSet(null, plan)) {
            Plan other = underWay.get();
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE,
                    "Another change of plugins runs%s; try again when it has ended."
                            .formatted(other == null ? "" : ", to " + other.kind() + " " + other.plugin()));
        }
    }

    private Planner.Planned take(Plan plan) {
        synchronized (plans) {
            Planner.Planned planned = plans.get(plan.id());
            if (planned == null || !planned.plan().equals(plan)) {
                throw Planner.outdated(plan, "it was carried out, or forgotten for later ones; make a new one.");
            }
            return planned;
        }
    }

    @Override
    public List<PluginReceipt> receipts() {
        return receipts.list();
    }

    @Override
    public List<PluginReceipt> collect() {
        return receipts.collect();
    }

    private static String title(Plan plan) {
        return "%s %s%s"
                .formatted(
                        plan.kind(),
                        plan.plugin(),
                        plan.toVersion().map(version -> " " + version).orElse(""));
    }

    private String carryOut(Planner.Planned planned, JobControl control) {
        Plan plan = planned.plan();
        long beganNanos = System.nanoTime();
        boolean done = false;
        try {
            planner.requireUnchanged(
                    plan, planner.plan(plan.id(), planned.intent()).plan());
            Intent.Kind kind = planned.intent().kind();
            if (kind == Intent.Kind.START || kind == Intent.Kind.STOP) {
                return startOrStop(planned, control);
            }
            Optional<Receipt> receipt = new Change(parts, plan, planned.intent(), control).run();
            faults.remove(plan.plugin());
            probation.end(plan.plugin());
            planned.intent()
                    .incoming()
                    .filter(jar -> planned.intent().kind() == Intent.Kind.UPDATE)
                    .ifPresent(probation::begin);
            String result = summary(plan) + receipt.map(r -> "; " + r).orElse("") + ".";
            LOG.info("{}", result);
            done = true;
            return result;
        } catch (PatchbayException e) {
            LOG.warn("{} failed and is undone: {}", title(plan), e.getMessage());
            throw e;
        } finally {
            meters.changed(plan, done, System.nanoTime() - beganNanos);
            forget(plan);
            underWay.compareAndSet(plan, null);
        }
    }

    private String startOrStop(Planner.Planned planned, JobControl control) {
        Plan plan = planned.plan();
        List<String> troubles = new StartStop(parts, plan, planned.intent(), control).run();
        faults.remove(plan.plugin());
        probation.end(plan.plugin());
        if (!troubles.isEmpty()) {
            faults.put(plan.plugin(), String.join(" ", troubles));
        }
        String result = String.join(" ", summary(plan) + ".", String.join(" ", troubles))
                .strip();
        LOG.info("{}", result);
        return result;
    }

    private void forget(Plan plan) {
        synchronized (jars) {
            synchronized (plans) {
                plans.remove(plan.id());
            }
            plan.digest().ifPresent(this::dropUnplanned);
        }
    }

    private static String summary(Plan plan) {
        String from = plan.fromVersion().orElse("");
        String to = plan.toVersion().orElse("");
        return switch (plan.kind()) {
            case "install" -> "%s %s is installed".formatted(plan.plugin(), to);
            case "uninstall" ->
                "%s %s is uninstalled".formatted(plan.plugin(), from)
                        + (to.isEmpty() ? "" : "; the distribution's own %s serves again".formatted(to));
            case "start" -> "%s %s is started".formatted(plan.plugin(), to);
            case "stop" -> "%s %s is stopped".formatted(plan.plugin(), from);
            case "rollback" -> "%s is rolled back from %s to %s".formatted(plan.plugin(), from, to);
            default -> "%s is updated from %s to %s".formatted(plan.plugin(), from, to);
        };
    }

    @Override
    public ComponentState describe() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("plugins", Integer.toString(wanted.list().size()));
        Optional.ofNullable(underWay.get()).ifPresent(plan -> facts.put("underWay", title(plan)));
        PatchbayException failure = unreadable;
        if (failure != null) {
            facts.put("fault", String.valueOf(failure.getMessage()));
            return new ComponentState("plugins", "failed", facts, Collections.emptyList());
        }
        return new ComponentState(
                "plugins",
                "running",
                facts,
                list().stream().map(PluginManager::describe).toList());
    }

    private static ComponentState describe(PluginInfo plugin) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("version", plugin.version());
        facts.put("provides", String.join(", ", plugin.provides()));
        plugin.receipt().ifPresent(receipt -> facts.put("receipt", receipt));
        plugin.fault().ifPresent(fault -> facts.put("fault", fault));
        return ComponentState.of("plugins/" + plugin.name(), plugin.state(), facts);
    }
}
