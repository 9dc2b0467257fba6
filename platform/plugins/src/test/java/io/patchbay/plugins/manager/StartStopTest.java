package io.patchbay.plugins.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.PluginInfo;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartStopTest {
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
    void stoppedPluginServesNobodyUntilItIsStarted() throws Exception {
        node.install(version("1.0.0"));
        Plan stop = node.plugins.planStop(SamplePlugin.NAME);
        assertThat(stop.kind()).isEqualTo("stop");
        assertThat(stop.services()).containsExactly("-Component greeter", "-HealthCheck greeter");

        assertThat(node.succeed(stop)).isEqualTo(SamplePlugin.NAME + " 1.0.0 is stopped.");

        assertThat(info().state()).isEqualTo("stopped");
        assertThat(info().fault()).isEmpty();
        assertThat(info().provides()).isEmpty();
        assertThat(node.switchboard.find(Component.class, SamplePlugin.SERVICE)).isEmpty();
        Plan start = node.plugins.planStart(SamplePlugin.NAME);
        assertThat(start.services()).containsExactly("+Component greeter", "+HealthCheck greeter");
        assertThat(start.problems()).isEmpty();
        node.succeed(start);
        assertThat(node.greet()).isEqualTo("1.0.0");
        assertThat(info().state()).isEqualTo("active");
    }

    @Test
    void stoppedPluginStaysStoppedOverARestartAndIsStartedByAnUpdate() throws Exception {
        node.install(version("1.0.0"));
        node.succeed(node.plugins.planStop(SamplePlugin.NAME));
        node.close();

        node = TestNode.start(folder.resolve("home"));

        assertThat(info().state()).isEqualTo("stopped");
        assertThat(node.switchboard.find(Component.class, SamplePlugin.SERVICE)).isEmpty();
        node.install(version("1.1.0"));
        assertThat(node.greet()).isEqualTo("1.1.0");
        assertThat(info().previousVersion()).contains("1.0.0");
        node.succeed(node.plugins.planRollBack(SamplePlugin.NAME));
        assertThat(node.greet()).isEqualTo("1.0.0");
    }

    @Test
    void stoppedPluginCanBeUninstalled() throws Exception {
        node.install(version("1.0.0"));
        node.succeed(node.plugins.planStop(SamplePlugin.NAME));

        node.succeed(node.plugins.planUninstall(SamplePlugin.NAME));

        assertThat(node.plugins.list()).isEmpty();
        assertThat(node.pluginBundles()).isZero();
    }

    @Test
    void whatRunsIsNotStartedAndWhatIsStoppedIsNotStopped() throws Exception {
        node.install(version("1.0.0"));
        assertThat(node.plugins.planStart(SamplePlugin.NAME).problems())
                .containsExactly(SamplePlugin.NAME + " runs already.");
        node.succeed(node.plugins.planStop(SamplePlugin.NAME));

        assertThatThrownBy(() -> node.succeed(node.plugins.planStop(SamplePlugin.NAME)))
                .hasMessage(SamplePlugin.NAME + " does not run.")
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThatThrownBy(() -> node.plugins.planStop("com.example.none")).hasMessageContaining("no plugin");
    }

    @Test
    void pluginThatDoesNotStartAgainStaysStopped() throws Exception {
        Path jar = SamplePlugin.version("1.0.0")
                .onActivate("if (System.getProperty(\"start-stop-test\") != null)"
                        + " throw new IllegalStateException(\"no database\");")
                .build(folder.resolve("jars"));
        node.install(jar);
        node.succeed(node.plugins.planStop(SamplePlugin.NAME));
        System.setProperty("start-stop-test", "fail");
        try {
            assertThatThrownBy(() -> node.succeed(node.plugins.planStart(SamplePlugin.NAME)))
                    .hasMessageContaining("no database");
        } finally {
            System.clearProperty("start-stop-test");
        }

        assertThat(info().state()).isEqualTo("stopped");
        assertThat(node.switchboard.find(Component.class, SamplePlugin.SERVICE)).isEmpty();
        node.succeed(node.plugins.planStart(SamplePlugin.NAME));
        assertThat(node.greet()).isEqualTo("1.0.0");
    }

    @Test
    void leaseThatIsNeverClosedDelaysAStopOnlyByTheDrainTime() throws Exception {
        node.install(version("1.0.0"));
        Lease<Component> leaked = node.switchboard.acquire(Component.class, SamplePlugin.SERVICE);

        node.succeed(node.plugins.planStop(SamplePlugin.NAME));

        assertThat(leaked.current()).isFalse();
        assertThat(info().state()).isEqualTo("stopped");
        leaked.close();
    }

    private PluginInfo info() {
        return node.plugins.get(SamplePlugin.NAME);
    }

    private Path version(String version) throws Exception {
        return SamplePlugin.version(version).build(folder.resolve("jars"));
    }
}
