package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.SocketFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The transport is updated, rolled back and given up for the distribution's own, under WebSockets, kept connections, connections for one request and TCP lines: in clear and in TLS: none is closed, no request fails,
 * nothing is missed, repeated or out of order. A stream of events ends and resumes.
 */
@Timeout(600)
class TransportUpdateIT {
    private static final long SEED = Long.getLong("patchbay.swap.seed", System.nanoTime());
    private static final int RATE = Integer.getInteger("patchbay.swap.rate", 200);
    private static final int UPDATES = Integer.getInteger("patchbay.transport.updates", 3);
    private static final int LINES = 20;
    private static final long SHORT_EVERY_MS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern LISTENING = Pattern.compile("Listening on 127\\.0\\.0\\.1:(\\d+) for lines");
    private static final Pattern MOVED =
            Pattern.compile("The transport was replaced: moved (\\d+) connections, asked (\\d+) to reconnect, in");
    private static final String BUNDLE = "io.patchbay.transport.http";

    @TempDir
    Path home;

    @TempDir
    Path jars;

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger shortLived = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theTransportIsReplacedAndNoClientNotices(boolean tls) throws Exception {
        System.out.println("TransportUpdateIT: seed " + SEED);
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(
                home.resolve("conf/patchbay.yaml"), "listen: {tcp: [{protocol: lines, port: 0, tls: " + tls + "}]}\n");
        if (tls) {
            TestAuthority.shared().issue(home.resolve("conf/node.pem"), "node");
            Files.writeString(
                    home.resolve("conf/patchbay.yaml"),
                    "tls: {certificate: conf/node.pem}\n",
                    StandardOpenOption.APPEND);
        }
        Operator operator = new Operator(home);
        operator.addAdmin();
        ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
        List<LineClient> lines = new ArrayList<>();
        List<CompletableFuture<Value.Struct>> asked = new ArrayList<>();
        try (Node node = Node.start(home)) {
            Rest admin = operator.login(node.uri());
            operator.run(
                    "plugin",
                    "install",
                    Distribution.shared()
                            .folder()
                            .resolve("samples/patchbay-protocol-lines-0.1.0.jar")
                            .toString());
            admin.post("/collections", Value.struct("name", Value.of("items"))).expect(201);
            connectLines(node, admin, lines);
            try (Load load = new Load(admin);
                    EventStreamClient events =
                            new EventStreamClient(node.uri(), "/events?collection=items&mode=changes", admin.token())) {
                await().atMost(PATIENCE).until(() -> events.events("subscribed").size() == 1);
                load.start(SEED, RATE);
                for (int i = 0; i < 2; i++) {
                    threads.scheduleWithFixedDelay(() -> shortLived(node), 0, SHORT_EVERY_MS, TimeUnit.MILLISECONDS);
                }
                threads.scheduleWithFixedDelay(() -> writeLine(lines, asked), 0, 10, TimeUnit.MILLISECONDS);
                for (int i = 0; i < UPDATES; i++) {
                    String version = "0." + (2 + i) + ".0";
                    goOn(asked);
                    String told = operator.run(
                            "plugin",
                            "update",
                            BundleVersion.ofCore("transport-http", version, jars)
                                    .toString());
                    assertThat(told).contains("to " + version);
                    requireUnharmed(load, version);
                }
                assertThat(operator.run("plugin", "rollback", BUNDLE)).contains("to 0." + UPDATES + ".0");
                goOn(asked);
                requireUnharmed(load, "roll-back");
                assertThat(operator.run("plugin", "uninstall", BUNDLE))
                        .contains("the distribution's own 0.1.0 serves again");
                goOn(asked);
                requireUnharmed(load, "uninstall");
                assertThat(operator.run("plugin", "receipts", "--collect"))
                        .contains("collected")
                        .doesNotContain("held", "pending");
                threads.shutdown();
                assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
                load.stopClients();
                requireUnharmed(load, "end");
                load.verify();
                verifyLines(lines, asked, events);
                verifyLog(node);
            }
        } finally {
            threads.shutdownNow();
            for (LineClient client : lines) {
                client.close();
            }
        }
    }

    private static void connectLines(Node node, Rest admin, List<LineClient> lines) throws IOException {
        Matcher port = LISTENING.matcher(node.log());
        assertThat(port.find()).as(node.log()).isTrue();
        SocketFactory sockets = node.uri().getScheme().equals("https")
                ? TestAuthority.shared().trusting().getSocketFactory()
                : SocketFactory.getDefault();
        for (int i = 0; i < LINES; i++) {
            LineClient client = new LineClient(sockets, Integer.parseInt(port.group(1)));
            client.login(admin.token().orElseThrow());
            client.ask("changes", "sub", 1, "collection", "items").join();
            lines.add(client);
        }
    }

    private void shortLived(Node node) {
        try {
            int status = RawHttp.status(node.uri(), "GET /health HTTP/1.1", "Host: localhost", "Connection: close");
            if (status != 200) {
                failures.add("status " + status);
            }
        } catch (RuntimeException | AssertionError e) {
            failures.add(e.toString());
        }
        shortLived.incrementAndGet();
    }

    /** Cut in two packets, often: the transport or the codec has a part of the line when it moves. */
    private static void writeLine(List<LineClient> lines, List<CompletableFuture<Value.Struct>> asked) {
        synchronized (asked) {
            int n = asked.size();
            asked.add(lines.get(n % LINES)
                    .ask(
                            n % 90,
                            "put",
                            "collection",
                            "items",
                            "document",
                            "d" + n % 50,
                            "data",
                            Value.struct("n", Value.of(n))));
        }
    }

    private void goOn(List<CompletableFuture<Value.Struct>> asked) {
        int linesBefore = size(asked);
        int shortBefore = shortLived.get();
        await().atMost(PATIENCE).until(() -> size(asked) > linesBefore + 30 && shortLived.get() > shortBefore + 30);
    }

    private static int size(List<?> list) {
        synchronized (list) {
            return list.size();
        }
    }

    private void requireUnharmed(Load load, String when) {
        assertThat(load.failures()).as("failed calls: %s", when).isEmpty();
        assertThat(failures).as("failed short-lived requests: %s", when).isEmpty();
    }

    private static void verifyLines(
            List<LineClient> lines, List<CompletableFuture<Value.Struct>> asked, EventStreamClient events) {
        List<Long> revisions = asked.stream()
                .map(CompletableFuture::join)
                .map(reply -> reply.findInt("revision").orElseThrow())
                .sorted()
                .toList();
        for (LineClient client : lines) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(revisions(client.events())).isEqualTo(revisions));
            assertThat(client.end()).isEmpty();
        }
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(events.changes().stream()
                                .map(change -> change.findInt("revision").orElseThrow()))
                        .containsExactlyElementsOf(revisions));
        assertThat(events.refusal()).isEqualTo(Optional.empty());
        assertThat(events.brokenOff()).isZero();
        // It may be on its way back while the transport is replaced once more.
        assertThat(events.ends()).isBetween(1, UPDATES + 2);
    }

    private static List<Long> revisions(List<Value.Struct> events) {
        return events.stream()
                .flatMap(event -> WatchedState.structs(event, "changes").stream())
                .map(change -> change.findInt("revision").orElseThrow())
                .toList();
    }

    /** All but the stream of events moved each time. */
    private static void verifyLog(Node node) {
        assertThat(node.log()).doesNotContain(" ERROR ");
        Matcher moved = MOVED.matcher(node.log());
        int times = 0;
        while (moved.find()) {
            times++;
            assertThat(Integer.parseInt(moved.group(1))).as(moved.group()).isGreaterThan(Load.SUBSCRIBERS + LINES);
            System.out.println(moved.group() + "...");
        }
        assertThat(times).isEqualTo(UPDATES + 2);
    }
}
