package io.patchbay.plugins.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.PluginInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A node that is killed at any step of a change is, at its next start, as before the change or as after it. */
class KillTest {
    @TempDir
    Path folder;

    static Stream<Arguments> kills() {
        List<Arguments> kills = new ArrayList<>();
        for (String change : List.of("install", "update", "uninstall")) {
            kills.add(Arguments.of(change, "plugins.begin", false));
            for (Step step : Step.values()) {
                boolean removes = change.equals("uninstall");
                boolean reached = (!removes || step.compareTo(Step.WANT) >= 0)
                        && (!change.equals("install") || step != Step.REMOVE)
                        && step != Step.STOP;
                if (reached) {
                    kills.add(Arguments.of(change, step.failpoint(), step.compareTo(Step.WANT) >= 0));
                }
            }
            kills.add(Arguments.of(change, "plugins.end", true));
        }
        return kills.stream();
    }

    @ParameterizedTest(name = "{0} killed at {1}")
    @MethodSource("kills")
    void killedNodeIsAsBeforeOrAsAfter(String change, String failpoint, boolean after) throws Exception {
        Path home = folder.resolve("home");
        boolean fresh = change.equals("install");
        if (!fresh) {
            try (TestNode node = TestNode.start(home)) {
                node.install(SamplePlugin.version("1.0.0").build(folder));
            }
        }

        kill(home, change, failpoint);

        try (TestNode node = TestNode.start(home)) {
            Optional<String> before = fresh ? Optional.empty() : Optional.of("1.0.0");
            Optional<String> changed = change.equals("uninstall") ? Optional.empty() : Optional.of("1.1.0");
            assertVersion(node, after ? changed : before);
            // And it goes on from there.
            node.install(SamplePlugin.version("2.0.0").build(folder));
            assertThat(node.greet()).isEqualTo("2.0.0");
        }
    }

    @ParameterizedTest(name = "{0} killed at {1}")
    @CsvSource({
        "update,START,false",
        "update,WANT,true",
        "update,FLIP,true",
        "update,REMOVE,true",
        "uninstall,START,false",
        "uninstall,WANT,true",
        "uninstall,REMOVE,true"
    })
    void killedNodeHasOneOfTheVersionsOfACoreBundle(String change, Step step, boolean after) throws Exception {
        Path home = folder.resolve("home");
        TestNode.addCore(home, SamplePlugin.version("1.0.0").build(folder));
        if (change.equals("uninstall")) {
            try (TestNode node = TestNode.start(home)) {
                node.install(SamplePlugin.version("1.1.0").build(folder));
            }
        }

        kill(home, change, step.failpoint());

        try (TestNode node = TestNode.start(home)) {
            boolean updated = change.equals("update") == after;
            assertThat(node.greet()).isEqualTo(updated ? "1.1.0" : "1.0.0");
            assertThat(node.plugins.list()).hasSize(updated ? 1 : 0);
            assertThat(node.pluginBundles()).isEqualTo(updated ? 1 : 0);
            // And it goes on from there.
            node.install(SamplePlugin.version("2.0.0").build(folder));
            assertThat(node.greet()).isEqualTo("2.0.0");
        }
    }

    @ParameterizedTest(name = "{0} killed at {1}")
    @CsvSource({"stop,WANT,false", "stop,STOP,false", "start,CHECK,false", "start,FLIP,true"})
    void killedNodeKnowsWhetherAPluginShallRun(String change, Step step, boolean running) throws Exception {
        Path home = folder.resolve("home");
        try (TestNode node = TestNode.start(home)) {
            node.install(SamplePlugin.version("1.0.0").build(folder));
            if (change.equals("start")) {
                node.succeed(node.plugins.planStop(SamplePlugin.NAME));
            }
        }

        kill(home, change, step.failpoint());

        try (TestNode node = TestNode.start(home)) {
            assertThat(node.plugins.get(SamplePlugin.NAME).state()).isEqualTo(running ? "active" : "stopped");
            assertThat(node.switchboard
                            .find(Component.class, SamplePlugin.SERVICE)
                            .isPresent())
                    .isEqualTo(running);
            assertThat(node.data().resolve("journal")).doesNotExist();
        }
    }

    @Test
    void jarOfTheInboxThatTookTheNodeDownIsPutAside() throws Exception {
        Path home = folder.resolve("home");
        Path dropped = Files.createDirectories(home.resolve("plugins")).resolve("greeter.jar");
        Files.copy(SamplePlugin.version("1.1.0").build(folder), dropped);

        kill(home, "inbox", Step.START.failpoint());

        try (TestNode node = TestNode.start(home)) {
            assertVersion(node, Optional.empty());
            assertThat(dropped).doesNotExist();
            assertThat(home.resolve("plugins/failed/greeter.jar")).exists();
            assertThat(home.resolve("plugins/failed/greeter.jar.txt"))
                    .content()
                    .contains("The node went down while this plugin was started");
        }
    }

    @Test
    void jarOfTheInboxThatWasInstalledBeforeTheKillIsNotInstalledTwice() throws Exception {
        Path home = folder.resolve("home");
        Path dropped = Files.createDirectories(home.resolve("plugins")).resolve("greeter.jar");
        Files.copy(SamplePlugin.version("1.1.0").build(folder), dropped);

        kill(home, "inbox", Step.WANT.failpoint());

        try (TestNode node = TestNode.start(home)) {
            assertVersion(node, Optional.of("1.1.0"));
            await().atMost(Duration.ofSeconds(20)).until(() -> !Files.exists(dropped));
            assertThat(home.resolve("plugins/failed")).doesNotExist();
        }
    }

    private void kill(Path home, String change, String failpoint) throws Exception {
        Path jar = SamplePlugin.version("1.1.0").build(folder);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-D" + Failpoints.PROPERTY + "=" + failpoint,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                KilledNode.class.getName(),
                home.toString(),
                change.equals("update") ? "install" : change,
                jar.toString());
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(() -> "exit; log: " + read(log)).isEqualTo(Failpoints.EXIT);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void assertVersion(TestNode node, Optional<String> version) throws Exception {
        assertThat(node.plugins.list().stream().map(PluginInfo::version))
                .containsExactlyElementsOf(version.stream().toList());
        assertThat(node.pluginBundles()).isEqualTo(version.isPresent() ? 1 : 0);
        assertThat(node.data().resolve("journal")).doesNotExist();
        if (version.isPresent()) {
            assertThat(node.greet()).isEqualTo(version.get());
        } else {
            assertThat(node.switchboard.find(Component.class, SamplePlugin.SERVICE))
                    .isEmpty();
        }
        try (Stream<Path> files = Files.list(node.data())) {
            long kept = files.filter(file -> file.toString().endsWith(".jar")).count();
            assertThat(kept)
                    .isEqualTo(new HashSet<>(node.plugins.list().stream()
                                    .flatMap(KillTest::versions)
                                    .toList())
                            .size());
        }
    }

    private static Stream<String> versions(PluginInfo plugin) {
        return Stream.concat(Stream.of(plugin.version()), plugin.previousVersion().stream());
    }
}
