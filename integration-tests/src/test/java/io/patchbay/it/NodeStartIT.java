package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** A node's life as a process: first start, restart, kill, stop. */
class NodeStartIT {

    @TempDir
    Path home;

    @Test
    void firstStartPreparesTheHomeAndSaysReady() {
        try (Node node = Node.start(home)) {
            assertThat(node.readyLine()).contains("ready").contains("took=");
            assertThat(home.resolve("conf/patchbay.yaml")).isRegularFile();
            assertThat(home).isDirectoryContaining("glob:**/{conf,data,keys,logs,plugins}");
            // The console hears it first.
            await().untilAsserted(() ->
                    assertThat(home.resolve("logs/patchbay.log")).content().contains("ready"));
        }
    }

    @Test
    void readyMeansThatHttpAnswers() throws Exception {
        try (Node node = Node.start(home)) {
            HttpRequest request =
                    HttpRequest.newBuilder(node.uri().resolve("/ready")).build();
            assertThat(HttpClient.newHttpClient()
                            .send(request, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void keysAreForTheirOwnerAlone() throws IOException {
        try (Node node = Node.start(home)) {
            assertThat(node.isAlive()).isTrue();
            assertThat(java.nio.file.attribute.PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(home.resolve("keys"))))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void sigtermStopsInOrderWithExitCodeZero() {
        Node node = Node.start(home);
        assertThat(node.stop()).as(node.log()).isZero();
        assertThat(node.log()).contains("stopped");
    }

    @Test
    void nothingOnTheConsoleWarnsOnAnOrdinaryStart() {
        try (Node node = Node.start(home)) {
            assertThat(node.log()).doesNotContainIgnoringCase("warn").doesNotContainIgnoringCase("error");
        }
    }

    @Test
    void restartReusesTheBundleCache() throws IOException {
        Node.start(home).stop();
        Path marker = Files.writeString(home.resolve("data/cache/bundles/marker"), "still here");
        Node.start(home).stop();
        assertThat(marker).exists();
    }

    @Test
    void damagedBundleCacheIsRebuilt() throws IOException {
        Node.start(home).stop();
        try (Stream<Path> files = Files.walk(home.resolve("data/cache/bundles"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.writeString(file, "damaged");
            }
        }
        try (Node node = Node.start(home)) {
            assertThat(node.log()).contains("bundle cache is rebuilt").doesNotContain("starts without");
        }
    }

    @Test
    void bundleCacheWithAMissingBundleIsRebuilt() throws IOException {
        Node.start(home).stop();
        try (Stream<Path> files = Files.walk(home.resolve("data/cache/bundles/bundle3"))) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        try (Node node = Node.start(home)) {
            assertThat(node.log()).contains("bundle cache is rebuilt").doesNotContain("starts without");
        }
    }

    @Test
    void startsAfterKillAndRemovesWhatTheKilledOneLeft() throws IOException {
        Node first = Node.start(home);
        Path leftover = Files.writeString(home.resolve("data/tmp/left-by-the-killed-node"), "");
        first.kill();
        try (Node second = Node.start(home)) {
            assertThat(second.readyLine()).contains("ready");
            assertThat(leftover).doesNotExist();
        }
    }

    @Test
    void offlineNodeListensNowhere() {
        try (Node node = Node.start(home, "--offline")) {
            assertThat(node.readyLine()).contains("ready without an address");
        }
    }

    @Test
    void nodeStartsWithThePlatformAloneAndTheCommandLineReachesIt(@TempDir Path folder) throws IOException {
        Distribution headless = Distribution.unpackTo(folder.resolve("unpacked"));
        headless.keepOfBundlesList(
                line -> line.startsWith("#") || line.isEmpty() || Integer.parseInt(line.split("\\s+")[0]) < 30);
        try (Node node = Node.start(headless, home)) {
            assertThat(node.readyLine()).contains("ready without an address");
            assertThat(node.log()).doesNotContainIgnoringCase("warn").doesNotContainIgnoringCase("error");
            assertThat(headless.run("status", "--home", home.toString()).output())
                    .contains("ready, process " + node.pid());
        }
    }

    @Test
    void archiveOfClassesIsMadeInTheBackgroundAndAStaleOneIsIgnored() throws IOException {
        Path archive = home.resolve("data/cache/classes-" + Runtime.version().feature() + ".jsa");
        Map<String, String> now = Map.of("PATCHBAY_JAVA_OPTS", "-Dpatchbay.classArchive=now");
        try (Node first = Node.launch(Distribution.shared(), home, now)) {
            first.readyLine();
            await().atMost(Duration.ofMinutes(2)).until(() -> Files.exists(archive));
        }
        try (Node second = Node.start(home)) {
            assertThat(second.log().lines()).noneMatch(line -> line.contains("warning"));
        }
        Files.delete(archive);
        Files.writeString(archive, "no archive");
        try (Node third = Node.start(home)) {
            assertThat(third.log().lines()).noneMatch(line -> line.contains("warning") || line.contains("[cds"));
        }
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "PATCHBAY_OTHER_JAVA_HOME", matches = ".+")
    void otherJavaRunsItWithoutWarnings() {
        Map<String, String> other = Map.of(
                "JAVA_HOME",
                System.getenv("PATCHBAY_OTHER_JAVA_HOME"),
                "PATCHBAY_JAVA_OPTS",
                "-Dpatchbay.classArchive=off");
        try (Node node = Node.launch(Distribution.shared(), home, other)) {
            assertThat(node.readyLine()).contains("ready");
            assertThat(node.log()).doesNotContainIgnoringCase("warn").doesNotContainIgnoringCase("error");
        }
    }

    @Test
    void programRunsThroughSymbolicLinks() throws IOException {
        Path folder = Files.createTempDirectory(Distribution.work(), "links");
        Path link = Files.createSymbolicLink(
                folder.resolve("patchbay"), Distribution.shared().patchbay().toAbsolutePath());
        Path linkToLink = Files.createSymbolicLink(folder.resolve("pb"), link.getFileName());
        CommandResult result = CommandResult.of(linkToLink, "", "run", "--port", "x");
        assertThat(result.output()).contains("--port needs a number");
    }
}
