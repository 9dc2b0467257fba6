package io.patchbay.plugins.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.PluginInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

/** A bundle of the distribution itself is replaced by a jar of its name, and comes back. */
class CoreBundleTest {
    @TempDir
    Path folder;

    private Path home;
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        home = folder.resolve("home");
        TestNode.addCore(home, version("1.0.0"));
        node = TestNode.start(home);
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private Path version(String version) throws Exception {
        return SamplePlugin.version(version).build(folder);
    }

    private void restart() throws Exception {
        node.close();
        node = TestNode.start(home);
    }

    private Bundle own() {
        return new PluginBundles(node.context).findCore(SamplePlugin.NAME).orElseThrow();
    }

    @Test
    void planSaysThatTheDistributionsOwnVersionIsReplaced() throws Exception {
        Plan plan = node.plugins.planInstall(version("1.1.0"));

        assertThat(plan.kind()).isEqualTo("update");
        assertThat(plan.fromVersion()).contains("1.0.0");
        assertThat(plan.services()).containsExactly("~Component greeter", "~HealthCheck greeter");
        assertThat(plan.steps())
                .contains("install 1.1.0 beside 1.0.0")
                .last()
                .isEqualTo("stop the distribution's own 1.0.0, which stays to go back to");
        assertThat(plan.problems()).isEmpty();
    }

    @Test
    void updateServesAlsoAfterARestartAndWithoutTheFrameworksCache() throws Exception {
        assertThat(node.install(version("1.1.0"))).contains("is updated from 1.0.0 to 1.1.0");
        assertThat(node.greet()).isEqualTo("1.1.0");
        assertThat(own().getState()).isIn(Bundle.RESOLVED, Bundle.INSTALLED);

        restart();
        assertThat(node.greet()).isEqualTo("1.1.0");
        assertThat(PluginBundles.isToStart(own())).isFalse();

        node.close();
        PluginLifeTest.deleteTree(home.resolve("cache"));
        node = TestNode.start(home);
        assertThat(node.greet()).isEqualTo("1.1.0");
        assertThat(own().getState()).isNotEqualTo(Bundle.ACTIVE);
    }

    @Test
    void rollBackGoesToTheVersionBeforeAndThenToTheDistributionsOwn() throws Exception {
        node.install(version("1.1.0"));
        assertThat(node.plugins.get(SamplePlugin.NAME).previousVersion()).contains("1.0.0");
        node.install(version("1.2.0"));

        node.succeed(node.plugins.planRollBack(SamplePlugin.NAME));
        assertThat(node.greet()).isEqualTo("1.1.0");

        assertThat(node.succeed(node.plugins.planUninstall(SamplePlugin.NAME)))
                .contains("1.1.0 is uninstalled; the distribution's own 1.0.0 serves again");
        assertThat(node.greet()).isEqualTo("1.0.0");
        assertThat(node.plugins.list()).isEmpty();
        assertThat(node.pluginBundles()).isZero();

        restart();
        assertThat(node.greet()).isEqualTo("1.0.0");
    }

    @Test
    void updateThatFailsLeavesTheDistributionsOwnServing() throws Exception {
        Path bad = SamplePlugin.version("1.1.0").unhealthy("no luck").build(folder);

        assertThatThrownBy(() -> node.install(bad)).hasMessageContaining("no luck");

        assertThat(node.greet()).isEqualTo("1.0.0");
        assertThat(own().getState()).isEqualTo(Bundle.ACTIVE);
        assertThat(node.plugins.list()).isEmpty();
    }

    @Test
    void updateWhoseJarIsLostGivesWayToTheDistributionsOwnAndCanBeMended() throws Exception {
        node.install(version("1.1.0"));
        node.close();
        PluginLifeTest.deleteTree(home.resolve("cache"));
        String digest = new WantedFile(home).digest();
        Files.write(home.resolve("data/plugins").resolve(digest + ".jar"), new byte[100]);

        node = TestNode.start(home);

        PluginInfo plugin = node.plugins.get(SamplePlugin.NAME);
        assertThat(plugin.state()).isEqualTo("unavailable");
        assertThat(plugin.fault()).get().asString().contains("is damaged").contains("own 1.0.0 serves meanwhile");
        assertThat(node.greet()).isEqualTo("1.0.0");

        node.install(version("1.2.0"));
        assertThat(node.greet()).isEqualTo("1.2.0");
        assertThat(own().getState()).isNotEqualTo(Bundle.ACTIVE);
        assertThat(node.pluginBundles()).isEqualTo(1);
    }

    @Test
    void updateThatNoLongerStartsGivesWayToTheDistributionsOwn() throws Exception {
        node.install(SamplePlugin.version("1.1.0")
                .activator("if (Boolean.getBoolean(\"greeter.broken\")) throw new IllegalStateException(\"broken\");")
                .build(folder));
        System.setProperty("greeter.broken", "true");
        try {
            restart();
        } finally {
            System.clearProperty("greeter.broken");
        }

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(node.greet()).isEqualTo("1.0.0"));
        assertThat(node.plugins.get(SamplePlugin.NAME).fault()).get().asString().contains("broken");

        assertThat(node.succeed(node.plugins.planUninstall(SamplePlugin.NAME))).contains("1.1.0 is uninstalled");
        assertThat(node.greet()).isEqualTo("1.0.0");
        assertThat(node.pluginBundles()).isZero();
    }

    @Test
    void newerDistributionEndsTheUpdate() throws Exception {
        node.install(version("1.1.0"));
        node.close();
        TestNode.addCore(home, version("1.2.0"));
        PluginLifeTest.deleteTree(home.resolve("cache"));

        node = TestNode.start(home);

        assertThat(node.greet()).isEqualTo("1.2.0");
        assertThat(node.plugins.list()).isEmpty();
    }

    @Test
    void coreBundleIsNotStopped() throws Exception {
        node.install(version("1.1.0"));

        Plan plan = node.plugins.planStop(SamplePlugin.NAME);

        assertThat(plan.problems()).singleElement().asString().contains("can't be stopped, for the node needs it");
        assertThatThrownBy(() -> node.plugins.execute(plan)).isInstanceOf(PatchbayException.class);
        assertThatThrownBy(() -> node.plugins.planUninstall("io.patchbay.transport.http"))
                .hasMessageContaining("There is no plugin");
    }

    /** The list of plugins as it lies on the disk. */
    private record WantedFile(Path home) {
        String digest() throws Exception {
            return Files.readAllLines(home.resolve("data/plugins/wanted"))
                    .get(1)
                    .split(" ")[2];
        }
    }
}
