package io.patchbay.plugins.manager;

import io.patchbay.api.migration.Stores;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Plan;
import io.patchbay.plugins.switchboard.Switchboard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** A real framework with components, the switchboard and the plugin manager, on a home that outlives it. */
final class TestNode implements AutoCloseable {
    private static final String PACKAGES = String.join(
            ",",
            "org.slf4j;version=\"2.0.20\"",
            "org.osgi.service.component;version=\"1.5.1\"",
            "org.osgi.service.component.runtime;version=\"1.5.1\"",
            "org.osgi.service.component.runtime.dto;version=\"1.5.1\"",
            "org.osgi.service.log;version=\"1.5.0\"",
            "org.osgi.util.function;version=\"1.2.0\"",
            "org.osgi.util.promise;version=\"1.3.0\"",
            "io.patchbay.api;version=\"0.1.0\"",
            "io.patchbay.api.document;version=\"0.1.0\"",
            "io.patchbay.api.plugin;version=\"0.1.0\"");

    final Path home;
    final Framework framework;
    final BundleContext context;
    final Switchboard switchboard;
    final PluginManager plugins;

    /** As in a node: the manager comes up before the framework gets to the plugins' level. */
    private static final int MANAGER_LEVEL = 20;

    private static final int CORE_LEVEL = 30;

    private static final int LAST_LEVEL = 100;

    private TestNode(Path home, Framework framework, Optional<Stores> stores) {
        this.home = home;
        this.framework = framework;
        this.context = framework.getBundleContext();
        this.switchboard = new Switchboard(context);
        this.plugins = new PluginManager(context, switchboard, home, Clock.systemUTC());
        plugins.setJobs(new ThreadJobs());
        stores.ifPresent(plugins::setStores);
        ServiceReference<ServiceComponentRuntime> scr = context.getServiceReference(ServiceComponentRuntime.class);
        plugins.setComponents(context.getService(scr));
        plugins.start();
    }

    static TestNode start(Path home) throws BundleException, IOException, InterruptedException {
        return start(home, Optional.empty());
    }

    static TestNode start(Path home, Optional<Stores> stores)
            throws BundleException, IOException, InterruptedException {
        Files.createDirectories(home.resolve("plugins"));
        Framework framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        home.resolve("cache").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        PACKAGES,
                        Constants.FRAMEWORK_BSNVERSION,
                        Constants.FRAMEWORK_BSNVERSION_MULTIPLE,
                        Constants.FRAMEWORK_BEGINNING_STARTLEVEL,
                        String.valueOf(MANAGER_LEVEL),
                        "felix.cache.locking",
                        "false",
                        "felix.service.urlhandlers",
                        "false",
                        "felix.log.level",
                        "1",
                        "ds.loglevel",
                        "1"));
        framework.init();
        Path scr = Path.of(org.apache.felix.scr.impl.Activator.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        framework.getBundleContext().installBundle(scr.toUri().toString()).start();
        installCore(framework.getBundleContext(), home);
        framework.start();
        TestNode node = new TestNode(home, framework, stores);
        CountDownLatch up = new CountDownLatch(1);
        framework.adapt(FrameworkStartLevel.class).setStartLevel(LAST_LEVEL, event -> up.countDown());
        up.await();
        return node;
    }

    /** Makes {@code jar} a bundle of the distribution itself. */
    static void addCore(Path home, Path jar) throws IOException {
        Path core = Files.createDirectories(home.resolve("core")).resolve("greeter.jar");
        Files.copy(jar, core, StandardCopyOption.REPLACE_EXISTING);
    }

    /** As the launcher does: what the cache knows is left as it is. */
    private static void installCore(BundleContext context, Path home) throws BundleException {
        Path core = home.resolve("core").resolve("greeter.jar");
        String location = "reference:" + core.toUri();
        if (Files.exists(core) && context.getBundle(location) == null) {
            Bundle bundle = context.installBundle(location);
            bundle.adapt(BundleStartLevel.class).setStartLevel(CORE_LEVEL);
            bundle.start(Bundle.START_ACTIVATION_POLICY);
        }
    }

    /** Carries the plan out and returns the ended job. */
    Job run(Plan plan) {
        Job job = plugins.execute(plan);
        job.ended().toCompletableFuture().join();
        return job;
    }

    /** Installs or updates; throws what the job failed with. */
    String install(Path jar) {
        return succeed(plugins.planInstall(jar));
    }

    String succeed(Plan plan) {
        Job job = run(plan);
        job.failure().ifPresent(failure -> {
            throw failure;
        });
        return job.result().orElseThrow();
    }

    /** The version that the greeter says it is. */
    String greet() {
        try (Lease<Component> lease = switchboard.acquire(Component.class, SamplePlugin.SERVICE)) {
            return lease.provider().describe().state();
        }
    }

    /** Locations of the plugins that the framework holds. */
    int pluginBundles() {
        return new PluginBundles(context).list().size();
    }

    Path data() {
        return home.resolve("data").resolve("plugins");
    }

    @Override
    public void close() throws BundleException, InterruptedException {
        plugins.stop();
        framework.stop();
        framework.waitForStop(20_000);
    }
}
