package io.patchbay.plugins.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.Plan;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarDownloadTest {
    @TempDir
    Path folder;

    private final CountDownLatch testEnded = new CountDownLatch(1);
    private TestNode node;
    private HttpServer server;
    private byte[] jar;
    private String digest;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder.resolve("home"));
        jar = Files.readAllBytes(SamplePlugin.version("1.0.0").build(folder.resolve("jars")));
        digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(jar));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/plugin.jar", exchange -> answer(exchange, 200, jar.length, jar));
        server.createContext("/none", exchange -> answer(exchange, 404, -1, new byte[0]));
        server.createContext("/there", exchange -> redirect(exchange, "/plugin.jar"));
        server.createContext("/loop", exchange -> redirect(exchange, "/loop"));
        server.createContext("/inside", exchange -> redirect(exchange, "http://169.254.169.254/latest"));
        server.createContext("/huge", exchange -> answer(exchange, 200, Limits.PLUGIN_BYTES + 1L, jar));
        server.createContext("/endless", this::endless);
        server.createContext("/stalled", this::stalled);
        server.createContext("/half", this::half);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        testEnded.countDown();
        server.stop(0);
        node.close();
    }

    @Test
    void pluginIsInstalledFromAnAddressByItsDigest() {
        Plan plan = node.plugins.planInstallFrom(url("/plugin.jar"), digest.toUpperCase(java.util.Locale.ROOT));
        assertThat(plan.digest()).contains(digest);
        assertThat(plan.problems()).isEmpty();
        assertThat(node.plugins.list()).isEmpty();

        assertThat(succeed(node.plugins.installFrom(url("/there?token=s3cret"), digest)))
                .contains("1.0.0 is installed");

        assertThat(node.greet()).isEqualTo("1.0.0");
        assertThat(leftovers()).isZero();
        assertRefused(
                () -> succeed(node.plugins.installFrom(url("/plugin.jar"), digest)),
                ErrorCode.ALREADY_EXISTS,
                "from this very jar");
    }

    @Test
    void whatTheDigestDoesNotNameIsNotInstalled() {
        String other = "0".repeat(64);
        assertRefused(
                () -> succeed(node.plugins.installFrom(url("/plugin.jar"), other)),
                ErrorCode.PLUGIN_INVALID,
                "has the SHA-256 " + digest + ", not " + other);
        assertRefused(
                () -> node.plugins.planInstallFrom(url("/plugin.jar"), other),
                ErrorCode.PLUGIN_INVALID,
                "nothing is installed");
        assertRefused(() -> node.plugins.installFrom(url("/plugin.jar"), ""), ErrorCode.BAD_REQUEST, "needs 'sha256'");
        assertThat(node.plugins.list()).isEmpty();
        assertThat(leftovers()).isZero();
    }

    @Test
    void whatDoesNotComeIsSaidInASentence() throws Exception {
        assertRefused(() -> plan("/none"), ErrorCode.UNAVAILABLE, "/none can't be fetched: it answers 404.");
        assertRefused(() -> plan("/loop"), ErrorCode.UNAVAILABLE, "redirects more than 5 times");
        assertRefused(() -> plan("/inside"), ErrorCode.BAD_REQUEST, "this machine only");
        assertRefused(() -> plan("/half"), ErrorCode.UNAVAILABLE, "/half can't be fetched");
        int port = server.getAddress().getPort();
        server.stop(0);
        assertRefused(
                () -> node.plugins.planInstallFrom("http://127.0.0.1:" + port + "/a.jar", digest),
                ErrorCode.UNAVAILABLE,
                "nobody answers there");
        assertThat(leftovers()).isZero();
    }

    @Test
    void tooMuchIsRefusedBeforeAndWhileItComes() {
        assertRefused(() -> plan("/huge"), ErrorCode.PLUGIN_INVALID, "at most 256 MiB");
        assertRefused(() -> plan("/endless"), ErrorCode.PLUGIN_INVALID, "at most 256 MiB");
        assertThat(leftovers()).isZero();
    }

    @Test
    void stalledDownloadEndsWithItsTime() throws Exception {
        Path target = Files.createTempFile(folder, "stalled", ".part");
        JarDownload download = new JarDownload(target, Duration.ofMillis(300), UnwatchedControl.INSTANCE);
        assertRefused(
                () -> download.fetch(JarAddress.of(url("/stalled"))), ErrorCode.TIMEOUT, "did not come whole within");
    }

    @Test
    void downloadIsCancelled() {
        Job job = node.plugins.installFrom(url("/stalled"), digest);
        await().atMost(Duration.ofSeconds(10)).until(() -> job.progressText().equals("downloading"));
        job.cancel();
        assertRefused(() -> succeed(job), ErrorCode.CANCELLED, "cancelled");
        assertThat(leftovers()).isZero();
        assertThat(succeed(node.plugins.installFrom(url("/plugin.jar"), digest)))
                .contains("is installed");
    }

    private Plan plan(String path) {
        return node.plugins.planInstallFrom(url(path), digest);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private static String succeed(Job job) {
        job.ended().toCompletableFuture().join();
        job.failure().ifPresent(failure -> {
            throw failure;
        });
        return job.result().orElseThrow();
    }

    private static void assertRefused(ThrowingCallable call, ErrorCode code, String part) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(part)
                .hasMessageNotContaining("s3cret");
    }

    /** Files on their way that were left. */
    private long leftovers() {
        try (var files = Files.list(node.data().resolve("planned"))) {
            return files.filter(file -> file.toString().endsWith(".part")).count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void answer(HttpExchange exchange, int status, long length, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, length);
            exchange.getResponseBody().write(body);
        } catch (IOException e) {
            // The client has had enough.
        }
    }

    private static void redirect(HttpExchange exchange, String location) throws IOException {
        exchange.getResponseHeaders().set("Location", location);
        answer(exchange, 302, -1, new byte[0]);
    }

    private void endless(HttpExchange exchange) throws IOException {
        byte[] piece = new byte[1 << 20];
        try (exchange) {
            exchange.sendResponseHeaders(200, 0);
            while (testEnded.getCount() > 0) {
                exchange.getResponseBody().write(piece);
            }
        } catch (IOException e) {
            // The client has had enough.
        }
    }

    private void stalled(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(200, jar.length);
            exchange.getResponseBody().write(jar, 0, 10);
            exchange.getResponseBody().flush();
            testEnded.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // The client is gone.
        }
    }

    private void half(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(200, jar.length);
            exchange.getResponseBody().write(jar, 0, jar.length / 2);
            exchange.getResponseBody().flush();
        } catch (IOException e) {
            // Closing it too early is what this is for.
        }
    }
}
