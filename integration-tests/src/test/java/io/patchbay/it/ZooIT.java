package io.patchbay.it;

import static io.patchbay.it.ZooPlugin.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad plugins, each installed in one node that writes and reads meanwhile: none stops it, and its operator is told what is wrong. */
class ZooIT {
    private static final String FOR_EVER =
            "while (true) { try { Thread.sleep(60_000); } catch (InterruptedException e) { /* as a read of a socket */ } }";

    @TempDir
    static Path folder;

    private static Node node;
    private static Operator operator;
    private static Rest admin;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger served = new AtomicInteger();
    private final List<String> failures = new ArrayList<>();
    private Thread visitor;

    @BeforeAll
    static void start() {
        Path home = folder.resolve("home");
        node = Node.start(home);
        operator = new Operator(home);
        operator.addAdmin();
        admin = operator.login(node.uri());
        admin.post("/collections", Value.struct("name", Value.of("kept"))).expect(201);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void visit() {
        visitor = new Thread(() -> {
            while (!over.get()) {
                try {
                    admin.put("/collections/kept/documents/a", Value.struct("n", Value.of(served.get())));
                    admin.get("/collections/kept/documents/a").expect(200);
                    served.incrementAndGet();
                } catch (RuntimeException | AssertionError e) {
                    failures.add(e.toString());
                    return;
                }
            }
        });
        visitor.start();
    }

    @AfterEach
    void nodeServes() throws InterruptedException {
        int before = served.get();
        await().until(() -> served.get() > before || !failures.isEmpty());
        over.set(true);
        visitor.join();
        assertThat(failures).as("what the node answered others meanwhile").isEmpty();
    }

    static Stream<Arguments> refused() throws IOException {
        byte[] good = Files.readAllBytes(ZooPlugin.named("good").build(folder));
        Path truncated = Files.write(folder.resolve("truncated.jar"), Arrays.copyOf(good, good.length - 40));
        return Stream.of(
                Arguments.of("truncated", truncated, "is truncated or damaged"),
                Arguments.of(
                        "unresolvable",
                        ZooPlugin.named("unresolvable")
                                .header("Import-Package", "org.osgi.framework,com.example.nowhere")
                                .build(folder),
                        "com.example.zoo.unresolvable 1.0.0 needs the package com.example.nowhere: nobody in this node offers it."),
                Arguments.of(
                        "wrong API version",
                        ZooPlugin.named("future")
                                .header("Import-Package", "org.osgi.framework,io.patchbay.api.http;version=\"[9,10)\"")
                                .build(folder),
                        "needs the package io.patchbay.api.http [9.0.0,10.0.0): "),
                Arguments.of(
                        "throws in start",
                        ZooPlugin.named("thrower")
                                .onStart("if (true) throw new IllegalStateException(\"no licence\");")
                                .build(folder),
                        "IllegalStateException: no licence."),
                Arguments.of(
                        "hangs in start",
                        ZooPlugin.named("sleeper").onStart(FOR_EVER).build(folder),
                        "com.example.zoo.sleeper did not start within 10 s."),
                Arguments.of(
                        "native driver",
                        ZooPlugin.named("driver")
                                .entry("native/libduckdb_java.so_linux_amd64.so", new byte[9])
                                .build(folder),
                        "contains the native library native/libduckdb_java"),
                Arguments.of(
                        "path tricks",
                        ZooPlugin.named("climber")
                                .entry("../../../evil", new byte[1])
                                .build(folder),
                        "unsafe path: ../../../evil"),
                Arguments.of(
                        "zip bomb",
                        ZooPlugin.named("bomb")
                                .entry("zeros", new byte[40 << 20])
                                .build(folder),
                        "unpacks to more than 100 times its size: zeros"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void pluginIsRefusedInASentence(String name, Path jar, String sentence) {
        CommandResult refused = operator.tryRun("plugin", "install", jar.toString());

        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.output())
                .contains(sentence)
                .doesNotContain("Exception in")
                .doesNotContain("\tat ");
        assertThat(operator.run("plugin", "list")).doesNotContain("com.example.zoo.");
    }

    @Test
    void onePluginThatHangsInItsStopIsLeftBehind() {
        install(ZooPlugin.named("clinging")
                .route("clinging", "/clinging", answer("here"))
                .onStop(FOR_EVER));
        assertThat(get("/clinging").body()).isEqualTo("here");

        assertThat(operator.run("plugin", "uninstall", "com.example.zoo.clinging"))
                .contains("com.example.zoo.clinging 1.0.0 is uninstalled")
                .contains(
                        "com.example.zoo.clinging hangs and is left behind; it serves nobody, and goes when the node is"
                                + " restarted.");

        assertThat(operator.run("plugin", "receipts"))
                .containsPattern("com.example.zoo.clinging +(pending|held) +1\\.0\\.0: ");
        assertThat(operator.run("plugin", "list")).doesNotContain("clinging");
        await().untilAsserted(() -> assertThat(get("/clinging").statusCode()).isEqualTo(404));
    }

    @Test
    void threadsThatAPluginLeavesBehindAreNamed() {
        install(ZooPlugin.named("leaking")
                .onStart("for (int i = 0; i < 3; i++) { Thread t = new Thread(() -> { " + FOR_EVER
                        + " }, \"leaked-\" + i); t.setDaemon(true); t.start(); }"));

        operator.run("plugin", "uninstall", "com.example.zoo.leaking");

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(operator.run("plugin", "receipts", "--collect"))
                        .contains("leaked-0", "leaked-2"));
    }

    @Test
    void slowServiceHoldsUpNobodyElse() {
        install(ZooPlugin.named("slow")
                .route(
                        "slow",
                        "/slow",
                        "CompletableFuture.supplyAsync(() -> HttpResponse.of(200, \"text/plain\", \"late\".getBytes()),"
                                + " CompletableFuture.delayedExecutor(4, TimeUnit.SECONDS))"));
        List<CompletableFuture<HttpResponse<String>>> late = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            late.add(HTTP.sendAsync(request("/slow"), BodyHandlers.ofString()));
        }
        int before = served.get();
        await().until(() -> served.get() > before + 5);
        assertThat(late).as("nobody waited for these").anyMatch(answer -> !answer.isDone());
        assertThat(late).allSatisfy(answer -> assertThat(answer.join().body()).isEqualTo("late"));
        operator.run("plugin", "uninstall", "com.example.zoo.slow");
    }

    @Test
    void twoJarsOfOneNameAndVersionAreTwoVersionsTold() {
        install(ZooPlugin.named("twin").route("twin", "/twin", answer("one")));
        String again = operator.run(
                "plugin",
                "install",
                ZooPlugin.named("twin")
                        .route("twin", "/twin", answer("two"))
                        .build(folder)
                        .toString());

        assertThat(again).contains("com.example.zoo.twin is updated from 1.0.0 to 1.0.0");
        assertThat(get("/twin").body()).isEqualTo("two");
        operator.run("plugin", "rollback", "com.example.zoo.twin");
        assertThat(get("/twin").body()).isEqualTo("one");
        operator.run("plugin", "uninstall", "com.example.zoo.twin");
    }

    @Test
    void updateThatFailsAfterFiveSecondsIsRolledBack() {
        install(ZooPlugin.named("late").route("late", "/late", answer("well")));
        install(ZooPlugin.named("late")
                .version("1.1.0")
                .route("late", "/late", answer("ill"))
                .members("static final long BEGAN = System.nanoTime();")
                .onStart("context.registerService(HealthCheck.class, () -> System.nanoTime() - BEGAN < 5_000_000_000L"
                        + " ? Optional.empty() : Optional.of(\"The disk is full.\"), null);"));
        assertThat(get("/late").body()).isEqualTo("ill");

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(get("/late").body()).isEqualTo("well"));

        assertThat(operator.run("plugin", "list"))
                .containsPattern("com.example.zoo.late +1\\.0\\.0")
                .containsPattern("1\\.1\\.0 was rolled back by itself \\d+ s after its update:")
                .contains("The disk is full.");
        operator.run("plugin", "uninstall", "com.example.zoo.late");
    }

    @Test
    void probationIsAsLongAsConfiguredAndAClosedInboxTakesNothing() throws IOException {
        Path home = folder.resolve("configured");
        Path full = folder.resolve("full");
        Files.writeString(
                Files.createDirectories(home.resolve("conf")).resolve("patchbay.yaml"),
                "plugins: {inbox: false, probation: 5s}");
        try (Node configured = Node.start(home)) {
            Operator there = new Operator(home);
            there.addAdmin();
            Path dropped = ZooPlugin.named("dropped").build(folder);
            Path inInbox = Files.copy(dropped, home.resolve("plugins").resolve("dropped.jar"));
            ZooPlugin ill = ZooPlugin.named("ill")
                    .onStart("context.registerService(HealthCheck.class, () -> new java.io.File(\"%s\").exists()"
                                    .formatted(full)
                            + " ? Optional.of(\"The disk is full.\") : Optional.empty(), null);");
            there.run("plugin", "install", ill.build(folder).toString());
            there.run("plugin", "install", ill.version("1.1.0").build(folder).toString());
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> !Files.readString(home.resolve("data/plugins/wanted"))
                            .contains(" trial"));

            Files.createFile(full);

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(there.run("plugin", "list"))
                            .containsPattern("com.example.zoo.ill +1\\.1\\.0 +degraded")
                            .contains("The disk is full.")
                            .doesNotContain("dropped"));
            assertThat(inInbox).exists();
        }
    }

    @Test
    void updateWhoseCallsFailIsRolledBackAlsoAfterTheNodeWasKilled() {
        Path home = folder.resolve("killed");
        try (Node first = Node.start(home)) {
            Operator there = new Operator(home);
            there.addAdmin();
            there.run("plugin", "install", calls("1.0.0", answer("well")));
            there.run("plugin", "install", calls("1.1.0", throwing()));
            first.kill();
        }
        try (Node again = Node.start(home)) {
            Operator there = new Operator(home);
            Rest api = there.login(again.uri());
            for (int i = 0; i < 6; i++) {
                api.get("/plugins").expect(200);
                get(again, "/calls");
            }
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(get(again, "/calls").body()).isEqualTo("well"));
            assertThat(there.run("plugin", "list"))
                    .containsPattern("1\\.1\\.0 was rolled back by itself \\d+ s after its update:")
                    .contains("calls of its HttpRoute calls failed within 60 s, the last with"
                            + " java.lang.IllegalStateException: broken.")
                    .contains("Of the version before it, 0 had failed in as long.");
        }
    }

    @Test
    void storeThatOpensAndThenThrowsIsRolledBackUnderItsDocuments() {
        operator.run("plugin", "install", SampleStore.jar().toString());
        operator.run("store", "swap", "documents", "--to", SampleStore.ADAPTER, "--plaintext");
        operator.run("store", "drop", "documents");
        admin.get("/collections/kept/documents?sort=n").expect(200);
        Path broken = BundleVersion.without(
                "io/patchbay/store/h2/H2PlanSource.class",
                SampleStore.jar(),
                "0.9.0",
                folder.resolve("store-h2-0.9.0.jar"));

        operator.run("plugin", "update", broken.toString());

        for (int i = 0; i < 6; i++) {
            admin.get("/collections/kept/documents?sort=n").expect(500);
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> admin.get("/collections/kept/documents?sort=n")
                                .response()
                                .statusCode()
                        == 200);
        assertThat(operator.run("plugin", "list"))
                .containsPattern(SampleStore.PLUGIN + " +0\\.1\\.0")
                .containsPattern("0\\.9\\.0 was rolled back by itself \\d+ s after its update:")
                .contains("calls of its DocumentStoreFactory h2 failed", "H2PlanSource");
        operator.run("store", "swap", "documents", "--to", "sqlite");
        operator.run("store", "drop", "documents");
        operator.run("plugin", "uninstall", SampleStore.PLUGIN);
    }

    @Test
    void pluginWhoseCallsFailAndThatNothingWasBeforeIsDegraded() {
        install(ZooPlugin.named("calls").route("calls", "/calls", throwing()));
        for (int i = 0; i < 5; i++) {
            assertThat(get("/calls").statusCode()).isEqualTo(500);
        }

        assertThat(operator.run("plugin", "list"))
                .containsPattern("com.example.zoo.calls +1\\.0\\.0 +degraded")
                .contains("5 calls of its HttpRoute calls failed within 60 s");
        assertThat(new String(admin.get("/plugins").response().body(), StandardCharsets.UTF_8))
                .contains("\"degraded\"")
                .contains("java.lang.IllegalStateException: broken.");
        operator.run("plugin", "uninstall", "com.example.zoo.calls");
    }

    private static String throwing() {
        return "((java.util.function.Supplier<CompletionStage<HttpResponse>>) () -> { throw new IllegalStateException(\"broken\"); }).get()";
    }

    private static String calls(String version, String expression) {
        return ZooPlugin.named("calls")
                .version(version)
                .route("calls", "/calls", expression)
                .build(folder)
                .toString();
    }

    private static void install(ZooPlugin plugin) {
        operator.run("plugin", "install", plugin.build(folder).toString());
    }

    private static HttpResponse<String> get(String path) {
        return get(node, path);
    }

    private static HttpResponse<String> get(Node from, String path) {
        try {
            return HTTP.send(HttpRequest.newBuilder(from.uri().resolve(path)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static HttpRequest request(String path) {
        return HttpRequest.newBuilder(node.uri().resolve(path)).build();
    }
}
