package io.patchbay.plugins.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.PluginInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

class PluginLifeTest {
    private static final int CALLERS = 4;
    private static final int UPDATES = 50;
    private static final long CALLS = 52_000;

    @TempDir
    Path folder;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder.resolve("home"));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void planSaysWhatWillHappenAndChangesNothing() throws Exception {
        Plan plan = node.plugins.planInstall(version("1.0.0"));

        assertThat(plan.kind()).isEqualTo("install");
        assertThat(plan.services()).containsExactly("+Component greeter", "+HealthCheck greeter");
        assertThat(plan.problems()).isEmpty();
        assertThat(plan.warnings()).containsExactly("The plugin is unsigned.");
        assertThat(node.plugins.list()).isEmpty();
        assertThat(node.pluginBundles()).isZero();
    }

    @Test
    void installedPluginServesAndSurvivesARestart() throws Exception {
        node.install(version("1.0.0"));
        assertThat(node.greet()).isEqualTo("1.0.0");
        node.close();

        node = TestNode.start(folder.resolve("home"));

        assertThat(node.greet()).isEqualTo("1.0.0");
        assertThat(node.plugins.get(SamplePlugin.NAME).state()).isEqualTo("active");
    }

    @Test
    void pluginSurvivesTheLossOfTheFrameworksCache() throws Exception {
        node.install(version("1.0.0"));
        node.close();
        deleteTree(folder.resolve("home").resolve("cache"));

        node = TestNode.start(folder.resolve("home"));

        assertThat(node.greet()).isEqualTo("1.0.0");
    }

    @Test
    void noCallFailsWhileFiftyUpdatesAreSwappedIn() throws Exception {
        List<Path> versions = new ArrayList<>();
        for (int i = 0; i <= UPDATES; i++) {
            versions.add(version("1.0." + i));
        }
        node.install(versions.get(0));
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong calls = new AtomicLong();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            Thread caller = new Thread(() -> call(stop, calls, failures));
            caller.start();
            callers.add(caller);
        }

        for (Path version : versions.subList(1, versions.size())) {
            node.install(version);
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> calls.get() >= CALLS || !failures.isEmpty());
        stop.set(true);
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(failures).isEmpty();
        assertThat(node.greet()).isEqualTo("1.0." + UPDATES);
        assertThat(node.pluginBundles()).isEqualTo(1);
        System.out.printf("%d calls during %d updates, none failed%n", calls.get(), UPDATES);
    }

    private void call(AtomicBoolean stop, AtomicLong calls, ConcurrentLinkedQueue<Throwable> failures) {
        while (!stop.get()) {
            try {
                // Never empty, although find() doesn't wait: a flip leaves no gap.
                Optional<Lease<Component>> found = node.switchboard.find(Component.class, SamplePlugin.SERVICE);
                try (Lease<Component> lease = found.orElseThrow()) {
                    lease.provider().describe();
                }
                calls.incrementAndGet();
            } catch (RuntimeException | Error e) {
                failures.add(e);
                return;
            }
        }
    }

    @Test
    void classLoaderOfTheOldVersionIsCollectedAndTheReceiptSaysSo() throws Exception {
        node.install(version("1.0.0"));
        node.greet();
        node.install(version("1.1.0"));

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            System.gc();
            assertThat(receipt()).startsWith("1.0.0: old class loader collected after ");
        });
    }

    @Test
    void receiptNamesTheThreadThatHoldsTheOldClassLoader() throws Exception {
        node.install(SamplePlugin.version("1.0.0")
                .onActivate(
                        "Thread t = new Thread(() -> { try { Thread.sleep(60000); } catch (InterruptedException e) { } }, \"leaked by greeter\");"
                                + "t.setDaemon(true); t.setContextClassLoader(getClass().getClassLoader()); t.start();")
                .build(folder));
        node.install(version("1.1.0"));

        assertThat(receipt()).contains("held by thread \"leaked by greeter\"");
        Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().equals("leaked by greeter"))
                .forEach(Thread::interrupt);
    }

    private String receipt() {
        return node.plugins.get(SamplePlugin.NAME).receipt().orElse("none");
    }

    @Test
    void rollBackGoesToTheVersionBeforeAndForthAgain() throws Exception {
        node.install(version("1.0.0"));
        node.install(version("1.1.0"));

        Plan back = node.plugins.planRollBack(SamplePlugin.NAME);
        assertThat(back.services()).containsExactly("~Component greeter", "~HealthCheck greeter");
        node.succeed(back);

        assertThat(node.greet()).isEqualTo("1.0.0");
        node.succeed(node.plugins.planRollBack(SamplePlugin.NAME));
        assertThat(node.greet()).isEqualTo("1.1.0");
    }

    @Test
    void withoutAVersionBeforeThereIsNothingToGoBackTo() throws Exception {
        node.install(version("1.0.0"));

        assertThatThrownBy(() -> node.plugins.planRollBack(SamplePlugin.NAME))
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    }

    @Test
    void uninstalledPluginLeavesNothing() throws Exception {
        node.install(version("1.0.0"));

        node.succeed(node.plugins.planUninstall(SamplePlugin.NAME));

        assertThat(node.plugins.list()).isEmpty();
        assertThat(node.pluginBundles()).isZero();
        assertThat(node.switchboard.find(Component.class, SamplePlugin.SERVICE)).isEmpty();
        assertThat(jars()).isEmpty();
    }

    @Test
    void manyWhoInstallTheSameJarAtOnceAreToldNothingWrong() throws Exception {
        List<Path> versions = List.of(version("1.0.0"), version("1.1.0"));
        Set<ErrorCode> refusals = ConcurrentHashMap.newKeySet();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<Thread> installers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            Thread installer = new Thread(() -> {
                for (int round = 0; round < 30; round++) {
                    try {
                        node.install(versions.get(round % versions.size()));
                    } catch (PatchbayException refused) {
                        refusals.add(refused.code());
                        if (refused.getMessage().contains("damaged") || refused.code() == ErrorCode.PLUGIN_INVALID) {
                            failures.add(refused);
                        }
                    } catch (RuntimeException | Error e) {
                        failures.add(e);
                    }
                }
            });
            installer.start();
            installers.add(installer);
        }
        for (Thread installer : installers) {
            installer.join();
        }
        assertThat(failures).isEmpty();
        assertThat(refusals).isSubsetOf(ErrorCode.UNAVAILABLE, ErrorCode.PLAN_OUTDATED, ErrorCode.ALREADY_EXISTS);
        assertThat(node.greet()).isIn("1.0.0", "1.1.0");
    }

    @Test
    void planIsRefusedOnceTheWorldHasChanged() throws Exception {
        Plan first = node.plugins.planInstall(version("1.0.0"));
        Plan second = node.plugins.planInstall(version("1.1.0"));
        node.succeed(first);

        assertThat(node.run(second).failure())
                .get()
                .extracting(PatchbayException::code)
                .isEqualTo(ErrorCode.PLAN_OUTDATED);
        assertThatThrownBy(() -> node.plugins.execute(first))
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PLAN_OUTDATED));
        assertThat(node.greet()).isEqualTo("1.0.0");
    }

    @Test
    void leaseThatIsNeverClosedDelaysAnUpdateOnlyByTheDrainTime() throws Exception {
        node.install(version("1.0.0"));
        Lease<Component> leaked = node.switchboard.acquire(Component.class, SamplePlugin.SERVICE);

        node.install(version("1.1.0"));

        assertThat(leaked.current()).isFalse();
        assertThat(node.greet()).isEqualTo("1.1.0");
        assertThat(receipt()).contains("held by a lease on Component greeter, which thread \"");
        leaked.close();
    }

    @Test
    void droppedJarIsInstalledAndLeavesTheInbox() throws Exception {
        Files.copy(version("1.0.0"), inbox("greeter.jar"));

        await().atMost(Duration.ofSeconds(20)).until(() -> !Files.exists(inbox("greeter.jar")));

        assertThat(node.greet()).isEqualTo("1.0.0");
        assertThat(node.plugins.list()).extracting(PluginInfo::version).containsExactly("1.0.0");
    }

    @Test
    void badJarMovesToFailedWithTheReason() throws Exception {
        Files.copy(
                SamplePlugin.version("1.0.0")
                        .onActivate("throw new IllegalStateException(\"no licence\");")
                        .build(folder),
                inbox("bad.jar"));

        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(inbox("failed/bad.jar")));

        assertThat(inbox("failed/bad.jar.txt"))
                .content()
                .contains("PLUGIN_UNHEALTHY")
                .contains("no licence");
        assertThat(inbox("bad.jar")).doesNotExist();
    }

    @Test
    void updateThatFailsSoonAfterwardsIsRolledBackByItself() throws Exception {
        node.install(version("1.0.0"));
        node.install(SamplePlugin.version("1.1.0")
                .faultFrom("System.getProperty(\"greeter.fault\", \"\")")
                .build(folder));
        assertThat(node.greet()).isEqualTo("1.1.0");

        System.setProperty("greeter.fault", "The disk is full.");
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> node.greet().equals("1.0.0"));
        } finally {
            System.clearProperty("greeter.fault");
        }

        await().untilAsserted(
                        () -> assertThat(node.plugins
                                        .get(SamplePlugin.NAME)
                                        .fault()
                                        .orElse(""))
                                .matches(
                                        "1\\.1\\.0 was rolled back by itself \\d+ s after its update: .* unhealthy: The disk is full\\."));
    }

    @Test
    void updateWhoseCallsFailMoreOftenThanThoseBeforeItIsRolledBackByItself() throws Exception {
        node.install(version("1.0.0"));
        node.install(version("1.1.0"));
        failCalls(Ailments.FAILED_CALLS);

        await().atMost(Duration.ofSeconds(30)).until(() -> node.greet().equals("1.0.0"));
        await().untilAsserted(
                        () -> assertThat(node.plugins
                                        .get(SamplePlugin.NAME)
                                        .fault()
                                        .orElse(""))
                                .endsWith(
                                        " s after its update: 5 calls of its Component greeter failed within 60 s, the last with java.io.IOException: broken pipe. Of the version before it, 0 had failed in as long."));
    }

    @Test
    void updateWhoseCallsFailNoMoreOftenThanBeforeStaysAndIsDegraded() throws Exception {
        node.install(version("1.0.0"));
        failCalls(10);
        node.install(version("1.1.0"));
        failCalls(20);

        assertThat(node.plugins.get(SamplePlugin.NAME).state()).isEqualTo("degraded");
        await().during(Duration.ofSeconds(3)).until(() -> node.greet().equals("1.1.0"));
    }

    @Test
    void probationGoesOnAfterTheNodeWentDown() throws Exception {
        node.install(version("1.0.0"));
        node.install(version("1.1.0"));
        node.close();
        node = TestNode.start(folder.resolve("home"));
        assertThat(node.greet()).isEqualTo("1.1.0");
        failCalls(Ailments.FAILED_CALLS);

        await().atMost(Duration.ofSeconds(30)).until(() -> node.greet().equals("1.0.0"));
    }

    @Test
    void theFrameworkKeepsNothingOfVersionsThatAreGone() throws Exception {
        for (int i = 0; i < 5; i++) {
            node.install(SamplePlugin.version("1." + i + ".0")
                    .activator("var known = context.getServiceReference("
                            + "\"org.osgi.service.component.runtime.ServiceComponentRuntime\");"
                            + " context.getService(known); context.ungetService(known);")
                    .build(folder));
        }
        assertThat(FrameworkLeftovers.servicesInUse(node.context.getBundle()).keySet())
                .allSatisfy(bundle -> assertThat(((Bundle) bundle).getState()).isNotEqualTo(Bundle.UNINSTALLED));
    }

    private void failCalls(int calls) {
        for (int i = 0; i < calls; i++) {
            try (Lease<Component> lease = node.switchboard.acquire(Component.class, SamplePlugin.SERVICE)) {
                lease.failed(new CompletionException(new IOException("broken pipe")));
            }
        }
    }

    @Test
    void pluginThatHangsWhileTheNodeStartsDoesNotKeepItFromStarting() throws Exception {
        node.install(SamplePlugin.version("1.0.0")
                .activator("if (Boolean.getBoolean(\"greeter.hang\")) { Thread.sleep(3_600_000); }")
                .build(folder));
        node.close();

        System.setProperty("greeter.hang", "true");
        try {
            node = TestNode.start(folder.resolve("home"));
        } finally {
            System.clearProperty("greeter.hang");
        }

        // The framework tells of it in its own time.
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            PluginInfo plugin = node.plugins.get(SamplePlugin.NAME);
            assertThat(plugin.state()).isEqualTo("failed");
            assertThat(plugin.fault()).get().asString().contains("InterruptedException");
        });
    }

    @Test
    void damagedListOfPluginsIsLeftAloneAndRefusesChanges() throws Exception {
        node.install(version("1.0.0"));
        node.close();
        Path list = node.data().resolve("wanted");
        Files.writeString(list, "patchbay-plugins 1\nrubbish\n");

        node = TestNode.start(folder.resolve("home"));

        assertThatThrownBy(() -> node.plugins.planInstall(version("1.1.0")))
                .hasMessageContaining("can't be read (expected 7 columns, found 1)");
        assertThat(list).content().contains("rubbish");
        assertThat(node.plugins.describe().state()).isEqualTo("failed");
        assertThat(jars()).hasSize(1);
    }

    @Test
    void damagedJarIsNamedAndMendedByInstallingItAgain() throws Exception {
        Path good = version("1.0.0");
        node.install(good);
        node.close();
        Files.write(jars().get(0), new byte[100]);
        deleteTree(folder.resolve("home").resolve("cache"));

        node = TestNode.start(folder.resolve("home"));

        assertThat(node.plugins.get(SamplePlugin.NAME).state()).isEqualTo("unavailable");
        assertThat(node.plugins.get(SamplePlugin.NAME).fault())
                .get()
                .asString()
                .contains("is damaged; install it again");
        node.install(good);
        assertThat(node.greet()).isEqualTo("1.0.0");
        assertThat(node.plugins.get(SamplePlugin.NAME).previousVersion()).isEmpty();
    }

    private Path inbox(String name) {
        return folder.resolve("home").resolve("plugins").resolve(name);
    }

    private Path version(String version) throws Exception {
        return SamplePlugin.version(version).build(folder.resolve("jars"));
    }

    private List<Path> jars() throws Exception {
        try (var files = Files.list(node.data())) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }

    static void deleteTree(Path folder) throws Exception {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
