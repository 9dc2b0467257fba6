package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.patchbay.api.document.Value;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A node is operated over HTTP alone: its plugins, its stores, its users, its log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class OperateIT {
    private static final String JAR = "application/java-archive";
    private static final Duration JOB = Duration.ofSeconds(60);
    private static final String PLUGIN = "/plugins/" + SampleStore.PLUGIN;

    @TempDir
    static Path home;

    @TempDir
    static Path jars;

    private Node node;
    private Rest admin;

    @BeforeAll
    void start() {
        node = Node.start(home);
        Operator operator = new Operator(home);
        operator.addAdmin();
        operator.addUser("bob", "user");
        admin = operator.login(node.uri());
    }

    @AfterAll
    void stop() {
        node.close();
    }

    @Test
    @Order(1)
    void pluginIsUploadedUpdatedRolledBackStoppedStartedAndUninstalled() throws IOException {
        byte[] jar = Files.readAllBytes(SampleStore.jar());
        Value.Struct plan = admin.send(
                        "POST", "/plugins?dryRun=true", BodyPublishers.ofByteArray(jar), "Content-Type", JAR)
                .expect(200)
                .json();
        assertThat(plan.findText("kind")).contains("install");
        assertThat(admin.get("/plugins").expect(200).items()).isEmpty();

        succeed(upload("/plugins", jar));
        assertThat(plugin().findText("state")).contains("active");
        assertThat(texts(plugin(), "provides")).contains("DocumentStoreFactory h2");

        succeed(upload(PLUGIN + "/update", Files.readAllBytes(SampleStore.version("9.1.0", jars))));
        assertThat(plugin().findText("version")).contains("9.1.0");
        succeed(admin.send("POST", PLUGIN + "/rollback", BodyPublishers.noBody()));
        assertThat(plugin().findText("previousVersion")).contains("9.1.0");

        succeed(admin.send("POST", PLUGIN + "/stop", BodyPublishers.noBody()));
        assertThat(plugin().findText("state")).contains("stopped");
        assertThat(admin.send("POST", PLUGIN + "/stop", BodyPublishers.noBody())
                        .expect(409)
                        .json()
                        .findText("detail"))
                .contains(SampleStore.PLUGIN + " does not run.");
        assertThat(swapTo("h2").status()).isEqualTo(404);
        succeed(admin.send("POST", PLUGIN + "/start", BodyPublishers.noBody()));
        assertThat(plugin().findText("state")).contains("active");

        succeed(admin.delete(PLUGIN));
        admin.get(PLUGIN).expect(404);
    }

    @Test
    @Order(2)
    void pluginIsInstalledFromAnAddressOfThisMachine() throws Exception {
        byte[] jar = Files.readAllBytes(SampleStore.jar());
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(jar));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/h2.jar", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, jar.length);
                exchange.getResponseBody().write(jar);
            }
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/h2.jar?token=s3cret";
            Value.Struct failed = end(installFrom(url, "0".repeat(64)));
            assertThat(failed.findText("state")).contains("failed");
            assertThat(failed.toString()).contains("PLUGIN_INVALID", digest);
            assertThat(installFrom(url, "").expect(400).text()).contains("needs 'sha256'");
            assertThat(admin.get("/plugins").items()).isEmpty();
            assertThat(admin.post(
                                    "/plugins?dryRun=true",
                                    Value.struct("url", Value.of(url), "sha256", Value.of(digest)))
                            .expect(200)
                            .json()
                            .findText("plugin"))
                    .contains(SampleStore.PLUGIN);

            succeed(installFrom(url, digest));

            assertThat(plugin().findText("state")).contains("active");
            assertThat(new Operator(home).run("plugin", "stop", SampleStore.PLUGIN))
                    .contains("is stopped");
            assertThat(new Operator(home).run("plugin", "start", SampleStore.PLUGIN))
                    .contains("is started");
        } finally {
            server.stop(0);
        }
        assertThat(installFrom("http://169.254.169.254/latest/meta-data", digest)
                        .expect(400)
                        .text())
                .contains("this machine only");
        assertThat(installFrom("file:///etc/passwd", digest).expect(400).text()).contains("upload it");
        assertThat(node.log()).doesNotContain("s3cret");
    }

    @Test
    @Order(3)
    void whatIsNoPluginOrNoAdminIsRefused() throws IOException {
        Rest user = Rest.login(node.uri(), "bob", Operator.PASSWORD);
        Rest stranger = Rest.stranger(node.uri());
        for (String path : List.of("/plugins", "/components", "/node", "/log", "/log/events", "/stores", "/users")) {
            user.get(path).expect(403);
            stranger.get(path).expect(401);
        }
        user.send("POST", PLUGIN + "/stop", BodyPublishers.noBody()).expect(403);
        user.send("POST", "/plugins", BodyPublishers.ofByteArray(new byte[0]), "Content-Type", JAR)
                .expect(403);

        assertThat(upload("/plugins", "no jar".getBytes(StandardCharsets.UTF_8)).code())
                .isEqualTo("PLUGIN_INVALID");
        assertThat(upload("/plugins", new byte[0]).code()).isEqualTo("PLUGIN_INVALID");
        assertThat(upload("/plugins", bomb()).expect(422).code()).isEqualTo("PLUGIN_INVALID");
        assertThat(upload("/plugins/io.patchbay.other/update", Files.readAllBytes(SampleStore.jar()))
                        .status())
                .isEqualTo(404);
        for (String name : List.of("..%2F..%2Fwanted", "%00", "a%20b", "x".repeat(5000))) {
            assertThat(admin.send("POST", "/plugins/" + name + "/start", BodyPublishers.noBody())
                            .status())
                    .as(name)
                    .isIn(400, 404, 414);
        }
        assertThat(admin.get("/plugins").items()).hasSize(1);
    }

    @Test
    @Order(4)
    void storeIsSwappedAsAJobWithProgressAndCancel() {
        admin.post("/collections", Value.struct("name", Value.of("things"))).expect(201);
        for (int batch = 0; batch < 10; batch++) {
            admin.post("/transactions", Value.struct("operations", puts(batch, 1000)))
                    .expect(200);
        }
        Value.Struct store = admin.get("/stores").items().get(0);
        assertThat(texts(store, "adapters")).contains("h2", "sqlite");

        Rest.Answer started = swapTo("h2").expect(202);
        String job = started.header("Location").orElseThrow().substring("/api/v1".length());
        admin.delete(job).expect(202);
        String state = end(started).findText("state").orElseThrow();
        // A job that was quicker than the cancellation is not undone.
        if (state.equals("succeeded")) {
            succeed(admin.send("POST", "/stores/documents/rollback", BodyPublishers.noBody()));
            admin.send("POST", "/stores/documents/drop", BodyPublishers.noBody())
                    .expect(204);
        } else {
            assertThat(state).isEqualTo("cancelled");
        }
        assertThat(admin.get("/stores").items().get(0).findText("adapter")).contains("sqlite");

        Value.Struct swapped = succeed(swapTo("h2"));
        assertThat(swapped.findText("result")).isPresent();
        assertThat(admin.get("/stores").items().get(0).findText("adapter")).contains("h2");
        assertThat(admin.send("POST", PLUGIN + "/stop", BodyPublishers.noBody())
                        .expect(409)
                        .text())
                .contains("swap to another adapter first");
        succeed(admin.send("POST", "/stores/documents/rollback", BodyPublishers.noBody()));
        assertThat(admin.get("/stores").items().get(0).findText("adapter")).contains("sqlite");
        admin.send("POST", "/stores/documents/drop", BodyPublishers.noBody()).expect(204);
    }

    @Test
    @Order(5)
    void nodeTellsOfItselfAndOfItsParts() {
        Value.Struct shown = admin.get("/node").expect(200).json();
        assertThat(shown.findText("state")).contains("ready");
        assertThat(shown.findInt("pid")).contains(node.pid());
        assertThat(texts(shown, "addresses")).contains("127.0.0.1:" + node.port());
        List<String> paths = admin.get("/components").expect(200).items().stream()
                .map(component -> component.findText("path").orElse(""))
                .toList();
        assertThat(paths).contains("control", "plugins").isSorted();
        String tree = new Operator(home).run("status", "--tree", "--json");
        assertThat(paths).allSatisfy(path -> assertThat(tree).contains('"' + path + '"'));
    }

    @Test
    @Order(6)
    void logIsFollowedAndHoldsNoSecret() throws Exception {
        ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();
        HttpResponse<InputStream> stream = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(node.uri() + "/api/v1/log/events"))
                                .header(
                                        "Authorization",
                                        "Bearer " + admin.token().orElseThrow())
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        Thread reader = new Thread(() -> read(stream.body(), events), "log-reader");
        reader.setDaemon(true);
        reader.start();
        try (InputStream open = stream.body()) {
            await().atMost(JOB).until(() -> events.contains(": the log follows"));
            succeed(admin.send("POST", PLUGIN + "/stop", BodyPublishers.noBody()));
            await().atMost(JOB)
                    .until(() -> events.stream()
                            .anyMatch(line -> line.startsWith("data: ")
                                    && line.contains(SampleStore.PLUGIN)
                                    && line.contains("is stopped")));
        }
        String kept = admin.get("/log?level=trace&limit=1000").expect(200).text();
        assertThat(kept)
                .contains("There is no admin yet", "is stopped", "setup?code=***")
                .doesNotContain(Operator.PASSWORD, admin.token().orElseThrow());
        assertThat(admin.get("/log?level=error").expect(200).items()).isEmpty();
        admin.get("/log?level=loud").expect(400);
    }

    private static void read(InputStream body, ConcurrentLinkedQueue<String> events) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                events.add(line);
            }
        } catch (IOException e) {
            events.add("closed");
        }
    }

    private Rest.Answer upload(String path, byte[] jar) {
        return admin.send("POST", path, BodyPublishers.ofByteArray(jar), "Content-Type", JAR);
    }

    private Rest.Answer installFrom(String url, String sha256) {
        return admin.post("/plugins", Value.struct("url", Value.of(url), "sha256", Value.of(sha256)));
    }

    private Rest.Answer swapTo(String adapter) {
        return admin.post("/stores/documents/swap", SampleStore.swapRequest(adapter));
    }

    private Value.Struct plugin() {
        return admin.get(PLUGIN).expect(200).json();
    }

    /** The ended job, which must have succeeded. */
    private Value.Struct succeed(Rest.Answer accepted) {
        Value.Struct job = end(accepted);
        assertThat(job.findText("state")).as(job.toString()).contains("succeeded");
        return job;
    }

    private Value.Struct end(Rest.Answer accepted) {
        String path = accepted.expect(202).header("Location").orElseThrow().substring("/api/v1".length());
        return await().atMost(JOB)
                .until(
                        () -> admin.get(path).expect(200).json(),
                        job -> !job.findText("state").orElseThrow().equals("running"));
    }

    private static Value.Array puts(int batch, int count) {
        return new Value.Array(IntStream.range(0, count)
                .<Value>mapToObj(number -> Value.struct(
                        "op", Value.of("put"),
                        "collection", Value.of("things"),
                        "document", Value.of("t" + batch + "-" + number),
                        "data", Value.struct("text", Value.of("x".repeat(100)))))
                .toList());
    }

    private static List<String> texts(Value.Struct struct, String field) {
        return ((Value.Array) struct.fields().get(field))
                .items().stream().map(text -> ((Value.Text) text).value()).toList();
    }

    /** A small zip that unpacks to more than a plugin may. */
    private byte[] bomb() throws IOException {
        Path file = Files.createTempFile(jars, "bomb", ".jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            zip.write("Manifest-Version: 1.0\nBundle-ManifestVersion: 2\nBundle-SymbolicName: bomb\n\n"
                    .getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry("zeros"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                zip.write(zeros);
            }
        }
        return Files.readAllBytes(file);
    }
}
