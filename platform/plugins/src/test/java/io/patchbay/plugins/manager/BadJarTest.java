package io.patchbay.plugins.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Plan;
import io.patchbay.plugins.switchboard.CoreLevels;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;

/** A bad jar, tried as an update of a plugin that runs, leaves everything as it was and says exactly why. */
class BadJarTest {
    @TempDir
    static Path folder;

    private static TestNode node;

    @BeforeAll
    static void start() throws Exception {
        node = TestNode.start(folder.resolve("home"));
        node.install(SamplePlugin.version("1.0.0").build(folder));
    }

    @AfterAll
    static void stop() throws Exception {
        node.close();
    }

    @AfterEach
    void everythingIsAsItWas() throws Exception {
        assertThat(node.greet()).isEqualTo("1.0.0");
        assertThat(node.plugins.list()).hasSize(1);
        assertThat(node.plugins.get(SamplePlugin.NAME).version()).isEqualTo("1.0.0");
        assertThat(node.plugins.get(SamplePlugin.NAME).state()).isEqualTo("active");
        await().atMost(Duration.ofSeconds(30)).until(() -> node.pluginBundles() == 1);
        assertThat(node.data().resolve("journal")).doesNotExist();
        try (Stream<Path> files = Files.list(node.data())) {
            assertThat(files.filter(file -> file.toString().endsWith(".jar"))).hasSize(1);
        }
        try (Stream<Path> files = Files.list(node.data().resolve("planned"))) {
            assertThat(files).isEmpty();
        }
    }

    static Stream<Arguments> invalidJars() throws Exception {
        byte[] good = Files.readAllBytes(SamplePlugin.version("1.1.0").build(folder));
        byte[] sqlite = nested("org/sqlite/JDBC.class", javaClass(52));
        return Stream.of(
                invalid("truncated", Arrays.copyOf(good, good.length - 30), "is truncated or damaged"),
                invalid("text", "hello".getBytes(StandardCharsets.UTF_8), "is not a jar"),
                invalid("empty", new byte[0], "is not a jar"),
                invalid("flipped bit", flipped(good), "damaged"),
                invalid("no manifest", nested("a.txt", "a".getBytes(StandardCharsets.UTF_8)), "it has no manifest"),
                invalid(
                        "not a bundle",
                        plugin().without("Bundle-SymbolicName"),
                        "its manifest has no Bundle-SymbolicName"),
                invalid("old manifest", plugin().without("Bundle-ManifestVersion"), "no Bundle-ManifestVersion 2"),
                invalid(
                        "name of the node's own",
                        plugin().header("Bundle-SymbolicName", "org.apache.felix.scr"),
                        "which is a part of the platform"),
                invalid(
                        "fragment",
                        plugin().header("Fragment-Host", "io.patchbay.engine;bundle-version=1"),
                        "is a fragment of io.patchbay.engine"),
                invalid("version", plugin().header("Bundle-Version", "one"), "malformed Bundle-Version: one"),
                invalid("path", plugin().entry("../../etc/passwd", new byte[1]), "unsafe path: ../../etc/passwd"),
                invalid(
                        "driver",
                        plugin().entry("org/rocksdb/RocksDB.class", javaClass(52)),
                        "contains org/rocksdb/RocksDB.class, which the node has as its one copy"),
                invalid(
                        "nested driver",
                        plugin().entry("lib/sqlite.jar", sqlite),
                        "contains lib/sqlite.jar!/org/sqlite/JDBC.class"),
                invalid(
                        "native driver",
                        plugin().entry("linux/libduckdb_java.so_linux_amd64.so", new byte[9]),
                        "contains the native library linux/libduckdb_java"),
                invalid(
                        "bomb",
                        plugin().entry("zeros", new byte[40 << 20]),
                        "unpacks to more than 100 times its size: zeros"),
                invalid("newer Java", plugin().entry("com/example/Future.class", javaClass(99)), "needs Java 55"),
                invalid(
                        "no class",
                        plugin().entry("com/example/Broken.class", new byte[3]),
                        "has a class file that is none"),
                invalid(
                        "component",
                        plugin().entry("OSGI-INF/greeter.xml", "<scr:component".getBytes(StandardCharsets.UTF_8)),
                        "malformed component description"),
                invalid("header", plugin().header("Import-Package", ";;,"), "The framework does not take the jar"));
    }

    private static Arguments invalid(String name, SamplePlugin plugin, String reason) throws Exception {
        return Arguments.of(name, plugin.build(folder), reason);
    }

    private static Arguments invalid(String name, byte[] bytes, String reason) throws Exception {
        return Arguments.of(name, Files.write(Files.createTempFile(folder, "bad", ".jar"), bytes), reason);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("invalidJars")
    void invalidJarIsRefusedBeforeTheFrameworkRunsIt(String name, Path jar, String reason) {
        PatchbayException refused = catchThrowableOfType(PatchbayException.class, () -> node.plugins.planInstall(jar));

        assertThat(refused.code()).isEqualTo(ErrorCode.PLUGIN_INVALID);
        assertThat(refused).hasMessageContaining(reason).hasMessageEndingWith(".");
    }

    @Test
    void jarWithTwoEntriesOfOneNameIsRefused() throws Exception {
        byte[] bytes = Files.readAllBytes(plugin().entry("twin-a", new byte[1])
                .entry("twin-b", new byte[1])
                .build(folder));
        Path jar = Files.write(
                folder.resolve("twins.jar"),
                new String(bytes, StandardCharsets.ISO_8859_1)
                        .replace("twin-b", "twin-a")
                        .getBytes(StandardCharsets.ISO_8859_1));

        PatchbayException refused = catchThrowableOfType(PatchbayException.class, () -> node.plugins.planInstall(jar));

        assertThat(refused).hasMessageContaining("has two entries named twin-a");
    }

    static Stream<Arguments> failingPlugins() {
        return Stream.of(
                Arguments.of(
                        "activation",
                        plugin().onActivate("throw new IllegalStateException(\"no licence\");"),
                        ErrorCode.PLUGIN_UNHEALTHY,
                        "IllegalStateException: no licence."),
                Arguments.of(
                        "activator",
                        plugin().activator("throw new java.io.IOException(\"port taken\");"),
                        ErrorCode.PLUGIN_FAILED,
                        "IOException: port taken."),
                Arguments.of(
                        "no class",
                        plugin().activator("").header("Bundle-Activator", "com.example.Missing"),
                        ErrorCode.PLUGIN_FAILED,
                        "com.example.Missing"),
                Arguments.of(
                        "health",
                        plugin().unhealthy("The licence has expired."),
                        ErrorCode.PLUGIN_UNHEALTHY,
                        "says that it is unhealthy: The licence has expired."),
                Arguments.of(
                        "reference",
                        plugin().references("<reference name=\"clock\" interface=\"java.time.Clock\"/>"),
                        ErrorCode.PLUGIN_UNHEALTHY,
                        "needs a service java.time.Clock, which nobody offers."),
                Arguments.of(
                        "hang",
                        plugin().activator("Thread.sleep(3600_000);"),
                        ErrorCode.PLUGIN_FAILED,
                        "did not start within 10 s."),
                Arguments.of(
                        "hang that ignores interrupts",
                        plugin().activator(
                                        "long until = System.nanoTime() + 15_000_000_000L; while (System.nanoTime() < until) { Thread.onSpinWait(); }"),
                        ErrorCode.PLUGIN_FAILED,
                        "did not start within 10 s."));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failingPlugins")
    void pluginThatFailsIsUndone(String name, SamplePlugin plugin, ErrorCode code, String reason) throws Exception {
        PatchbayException failure =
                catchThrowableOfType(PatchbayException.class, () -> node.install(plugin.build(folder)));

        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure).hasMessageContaining(reason);
    }

    @Test
    void aBundleThatIsThereAndLacksAPackageSaysWhatItLacks() throws Exception {
        Path jar = plugin().header("Import-Package", "com.example.nowhere,io.patchbay.api,io.patchbay.api.document")
                .build(folder);
        PluginBundles bundles = new PluginBundles(node.context);
        Bundle bundle = bundles.install(jar, "0".repeat(64), SamplePlugin.NAME, CoreLevels.PLUGINS);

        PatchbayException failure = catchThrowableOfType(PatchbayException.class, () -> bundles.startInTurn(bundle));

        assertThat(failure.code()).isEqualTo(ErrorCode.PLUGIN_UNRESOLVED);
        assertThat(failure)
                .hasMessage(
                        "com.example.greeter 1.1.0 needs the package com.example.nowhere: nobody in this node offers it.");
        bundle.uninstall();
    }

    @Test
    void missingPackageIsNamedWithWhoOffersAnotherVersion() throws Exception {
        Plan plan = node.plugins.planInstall(plugin().header(
                        "Import-Package",
                        "io.patchbay.api.plugin;version=\"[9,10)\",com.example.nowhere,io.patchbay.api,io.patchbay.api.document")
                .build(folder));

        assertThat(plan.problems())
                .containsExactly(
                        "com.example.greeter 1.1.0 needs the package io.patchbay.api.plugin [9.0.0,10.0.0): org.apache.felix.framework offers version 0.1.0 of it.",
                        "com.example.greeter 1.1.0 needs the package com.example.nowhere: nobody in this node offers it.");
        PatchbayException refused = catchThrowableOfType(PatchbayException.class, () -> node.plugins.execute(plan));
        assertThat(refused.code()).isEqualTo(ErrorCode.PLUGIN_UNRESOLVED);
        dropPlanned();
    }

    @Test
    void sameJarAgainIsAProblem() throws Exception {
        Path jar = node.data().resolve(node.plugins.get(SamplePlugin.NAME).digest() + ".jar");

        Plan plan = node.plugins.planInstall(jar);

        assertThat(plan.problems()).singleElement().asString().contains("is installed already");
        dropPlanned();
    }

    private static SamplePlugin plugin() {
        return SamplePlugin.version("1.1.0");
    }

    /** A plan may be executed later, so its copy stays; these tests count files. */
    private static void dropPlanned() throws Exception {
        try (Stream<Path> files = Files.list(node.data().resolve("planned"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private static byte[] nested(String entry, byte[] content) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(entry));
            zip.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] javaClass(int major) {
        return new byte[] {(byte) 0xCA, (byte) 0xFE, (byte) 0xBA, (byte) 0xBE, 0, 0, 0, (byte) major, 0};
    }

    /** In the middle, where the compressed classes are. */
    private static byte[] flipped(byte[] good) {
        byte[] bytes = good.clone();
        List<Integer> places = List.of(bytes.length / 3, bytes.length / 3 + 7);
        places.forEach(place -> bytes[place] ^= 0x10);
        return bytes;
    }
}
