package io.patchbay.launcher;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Instant;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a node, from the prepared home to the stopped framework.
 *
 * <p>A thread of its own starts it and then waits in it for the framework's end, another for the services that make it ready; the main thread and the shutdown hook wait for its end. So a bundle that
 * hangs, be it while the framework starts, keeps none of those that end the process.
 */
final class Node {

    private static final Logger log = LoggerFactory.getLogger("node");

    /** After this long without the awaited services the log says what is missing; the node goes on waiting. */
    private static final long READY_WARNING_MS = 15_000;

    private static final long LOOK_MS = 100;

    private final Arguments arguments;
    private final Distribution distribution;
    private final Home home;
    private final Logging logging;
    private final Instant startedAt;

    /** Opened when {@link #run} is through. */
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Written by the node's thread for each framework that it starts, read by who stops it. */
    private volatile @Nullable OrderlyStop stop;

    /** Written by the thread that waits for readiness. */
    private volatile boolean ready;

    /** Where it listens for HTTP; 0 before it is ready, and without an address. Written by the thread that waits for readiness. */
    private volatile int port;

    /** Whether another run of the node is to follow this one; written by whoever asks for it. */
    private volatile boolean restartAsked;

    /** Why the node can't become ready; written by the thread that waits for it. */
    private volatile @Nullable StartException failure;

    Node(Arguments arguments, Distribution distribution, Home home, Logging logging) {
        this.arguments = arguments;
        this.distribution = distribution;
        this.home = home;
        this.logging = logging;
        startedAt = logging.ring().startedAt();
    }

    /**
     * Starts, says "ready", and returns when the node has stopped.
     *
     * @throws StartException if it stopped by itself before it was ready, or could not start
     */
    void run() throws InterruptedException {
        try {
            Cryptography.loadBeside();
            ConfigurationFile file = new ConfigurationFile(home.configurationFile());
            file.createIfAbsent(distribution.folder().resolve("conf").resolve("patchbay.yaml"));
            String text = file.readText();
            Configuration configuration = configure(file.parse(text));
            home.emptyTemporary();
            // Where the drivers unpack their native libraries: /tmp may be mounted noexec, and is nobody's to clean.
            System.setProperty("org.sqlite.tmpdir", home.temporary().toString());
            System.setProperty("patchbay.rocksdb.tmpdir", home.temporary().toString());
            MasterKey master = MasterKey.open(home, configuration, System::getenv);
            run(file, text, new Configurations(configuration), master);
        } finally {
            ended.countDown();
        }
    }

    private void run(ConfigurationFile file, String text, Configurations configurations, MasterKey master)
            throws InterruptedException {
        BundlesList all = distribution.readBundlesList();
        BundlesList list = arguments.offline() ? all.offline() : all;
        BundleCache cache = BundleCache.of(home, distribution, list, frameworkVersion());
        NodeFramework running = NodeFramework.start(distribution, list, cache, properties(), (context, howToStop) -> {
            stop = howToStop;
            BundleLog.register(context);
            master.register(context);
            context.registerService(
                    Runnable.class, this::restart, new Hashtable<>(Map.of(NodeProperties.RESTART, true)));
            logging.ring().register(context);
            configurations.follow(context);
        });
        reportTrouble(running);
        cache.confirm(NodeFramework.names(running.troubled()));
        try (ClassArchive archive = ClassArchive.of(home, cache);
                ConfigurationWatcher watcher =
                        ConfigurationWatcher.start(file, text, changed -> configurations.change(configure(changed)))) {
            BundlesList possible = list.withoutAwaiting(running.filesNotRunning(distribution, list));
            Thread readiness = new Thread(() -> awaitReady(running, possible, archive), "readiness");
            readiness.setDaemon(true);
            readiness.start();
            running.awaitStop();
            readiness.interrupt();
        }
        StartException notReady = failure;
        if (notReady != null) {
            throw notReady;
        }
        if (!ready && !Stop.isAsked() && !restartAsked) {
            throw new StartException("The node stopped before it was ready; the log above says why.");
        }
        if (leftBehind().isEmpty()) {
            log.info("stopped");
        }
    }

    /** Stops the node; {@link #isRestartAsked} then says that it shall start again. Any thread. */
    private void restart() {
        log.info("restarting");
        restartAsked = true;
        OrderlyStop running = stop;
        if (running != null) {
            running.begin();
        }
    }

    boolean isRestartAsked() {
        return restartAsked;
    }

    int port() {
        return port;
    }

    private Configuration configure(Configuration fromFile) {
        logging.setLevel(fromFile.logLevel());
        return fromFile.withPort(arguments.port());
    }

    private Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(NodeProperties.HOME, home.folder().toString());
        properties.put(NodeProperties.VERSION, distribution.version());
        properties.put(NodeProperties.DISTRIBUTION, distribution.folder().toString());
        properties.put(NodeProperties.ROOT, distribution.root().toString());
        properties.put(NodeProperties.OFFLINE, String.valueOf(arguments.offline()));
        properties.put(NodeProperties.STARTED_AT, startedAt.toString());
        arguments.port().ifPresent(port -> properties.put(NodeProperties.PORT, String.valueOf(port)));
        return properties;
    }

    private static String frameworkVersion() {
        return String.valueOf(
                org.apache.felix.framework.Felix.class.getPackage().getImplementationVersion());
    }

    private void reportTrouble(NodeFramework running) {
        List<Bundle> troubled = running.troubled();
        MissingRequirements requirements = new MissingRequirements(running.context(), distribution);
        for (Bundle bundle : troubled) {
            if (bundle.getState() == Bundle.INSTALLED) {
                log.error("{}", requirements.explain(bundle));
            } else {
                log.error("{} did not start: {}", bundle.getSymbolicName(), whyNotStarted(bundle));
            }
        }
        if (!troubled.isEmpty()) {
            log.warn(
                    "The node starts without {} of its {} bundles.",
                    troubled.size(),
                    running.bundles().size());
        }
    }

    private static String whyNotStarted(Bundle bundle) {
        try {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
            return "it needed a second try";
        } catch (BundleException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return cause.getMessage() == null ? cause.toString() : cause.getMessage();
        }
    }

    private void awaitReady(NodeFramework running, BundlesList list, ClassArchive archive) {
        try {
            Readiness readiness = new Readiness(running.context(), list.awaited());
            List<String> missing = readiness.await(READY_WARNING_MS);
            while (!missing.isEmpty()) {
                log.warn("Not ready yet, still without a service for {}.", String.join(" and ", missing));
                reportWaiting(running);
                missing = readiness.await(READY_WARNING_MS);
            }
            reportWaiting(running);
            announce(running);
            if (ClassArchive.isTraining()) {
                running.stop();
            } else {
                archive.makeIfMissing();
            }
        } catch (InterruptedException | IllegalStateException stopped) {
            // The framework ended before; run() says so.
        } catch (StartException e) {
            failure = e;
            running.stop();
        }
    }

    private static void reportWaiting(NodeFramework running) {
        for (String clause : WaitingComponents.describe(running.context())) {
            log.warn("{}.", clause);
        }
    }

    private void announce(NodeFramework running) {
        Listeners listeners = new Listeners(running.context());
        List<String> urls = listeners.urls();
        if (urls.isEmpty() && listeners.findProblem().isPresent()) {
            throw new StartException(listeners.findProblem().get());
        }
        port = urls.isEmpty() ? 0 : URI.create(urls.get(0)).getPort();
        ready = true;
        Trial.passed(distribution);
        long readyAtMs = System.currentTimeMillis();
        Hashtable<String, Object> properties = new Hashtable<>(Map.of(NodeProperties.READY, true));
        running.context().registerService(Object.class, new Object(), properties);
        log.info(
                "ready {} home={} bundles={} took={}ms",
                urls.isEmpty() ? "without an address" : String.join(" ", urls),
                home.folder(),
                running.bundles().size(),
                // The JVM's own start, known to the millisecond; asked only now, as the management classes take a while
                // to load.
                readyAtMs - ManagementFactory.getRuntimeMXBean().getStartTime());
    }

    /** Stops the framework and waits for the end; true if all of it has stopped in order. Called by the shutdown hook. */
    boolean stop() throws InterruptedException {
        OrderlyStop running = stop;
        if (running == null) {
            return false;
        }
        running.begin();
        return awaitEnd();
    }

    /** Waits until {@link #run} is through, or there is no use in waiting because a bundle hangs; true if all of the node has stopped in order. Any thread. */
    boolean awaitEnd() throws InterruptedException {
        while (!ended.await(LOOK_MS, TimeUnit.MILLISECONDS) && !isOver()) {
            continue;
        }
        return ended.getCount() == 0 && leftBehind().isEmpty();
    }

    private boolean isOver() {
        OrderlyStop running = stop;
        return running != null && running.isOver();
    }

    /** Names of the bundles that did not stop; empty before the end. */
    List<String> leftBehind() {
        OrderlyStop running = stop;
        return running == null ? List.of() : running.leftBehind();
    }

    /** Says, if it is so, that the node ends although something of it goes on. */
    void reportLeftBehind() {
        List<String> names = leftBehind();
        if (names.isEmpty()) {
            log.error("The node did not stop in time; it is ended as it is.");
        } else {
            log.error(
                    "stopped, all but {}: it hangs, and ends with the process. Its author may want the line above that says where it stands.",
                    String.join(" and ", names));
        }
    }
}
