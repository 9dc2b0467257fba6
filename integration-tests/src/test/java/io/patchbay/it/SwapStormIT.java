package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Everything that swaps is swapped again and again, in any order, under clients of every kind, in clear and in TLS: nothing fails, nothing is lost or told twice, and no connection ends but event streams
 * where their bundle goes.
 *
 * <p>Two nodes share the kinds, one in clear and one in TLS. {@code -Dpatchbay.storm.minutes=N} gives each of them half of that time, all kinds, and new clients each round; everything is compared with what
 * was acknowledged at the end of each. {@code -Dpatchbay.storm.seed=N} repeats every choice of chance, {@code -Dpatchbay.storm.rate=N} is writes per second.
 */
@Timeout(value = 30, unit = TimeUnit.HOURS)
@Isolated
class SwapStormIT {
    /** Who logs in by the sample htpasswd; the password is {@link Operator#PASSWORD}. */
    static final String VOUCHED = "bob";

    private static final String VOUCHED_LINE =
            VOUCHED + ":$2y$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS\n";
    private static final long SEED = Long.getLong("patchbay.storm.seed", System.nanoTime());
    private static final Duration LENGTH = Duration.ofMinutes(Integer.getInteger("patchbay.storm.minutes", 0));
    private static final int RATE = Integer.getInteger("patchbay.storm.rate", 200);

    private static final int WRITES_BETWEEN = 40;
    private static final int MOVES_OF_STORES = 2;
    private static final Pattern LISTENING = Pattern.compile("Listening on 127\\.0\\.0\\.1:(\\d+) for lines");

    @TempDir
    Path homes;

    @TempDir
    Path jars;

    private final Random random = new Random(SEED);
    private final List<String> report = new ArrayList<>();
    private final long began = System.nanoTime();
    private int swaps;
    private long writes;
    private long calls;

    @Test
    void nothingFailsAndNothingIsLostOrToldTwiceWhateverIsSwapped() throws IOException {
        say("-Dpatchbay.storm.seed=" + SEED + ", " + RATE + " writes/s");
        List<SwapKind> inClear = kinds(jars.resolve("clear"));
        List<SwapKind> inTls = kinds(jars.resolve("tls"));
        if (LENGTH.isZero()) {
            shareOut(inClear, inTls);
        }
        try {
            storm(inClear, false);
            storm(inTls, true);
        } finally {
            say(swaps + " swaps under " + writes + " acknowledged writes, " + calls + " calls");
            Files.write(Distribution.work().resolve("storm-report.txt"), report);
        }
    }

    private static List<SwapKind> kinds(Path jars) throws IOException {
        Files.createDirectories(jars);
        List<SwapKind> kinds = new ArrayList<>(List.of(
                PluginUpdates.ofStreaming("transport-http", jars),
                PluginUpdates.ofCore("protocol-patchbay", jars),
                PluginUpdates.ofStreaming("protocol-rest", jars),
                PluginUpdates.of("io.patchbay.protocol.lines", sample("protocol-lines"), jars),
                PluginUpdates.ofCore("auth-password", jars),
                PluginUpdates.of("io.patchbay.auth.htpasswd", sample("auth-htpasswd"), jars),
                PluginUpdates.ofCore("auth-jwt", jars),
                PluginUpdates.of("io.patchbay.hook.validate", sample("hook-validate"), jars),
                PluginUpdates.ofCore("store-sqlite", jars),
                PluginUpdates.of(SampleStore.PLUGIN, SampleStore.jar(), jars),
                PluginUpdates.ofCore("metrics-prometheus", jars),
                PluginUpdates.ofCore("console", jars),
                new PluginVisits("auth-password", jars)));
        StoreMoves moves = new StoreMoves();
        kinds.addAll(Collections.nCopies(MOVES_OF_STORES, moves));
        return kinds;
    }

    private static Path sample(String name) {
        return Distribution.shared().folder().resolve("samples/patchbay-" + name + "-0.1.0.jar");
    }

    /** Each kind goes to one of the two, but the transport and the moves of stores to both. */
    private void shareOut(List<SwapKind> one, List<SwapKind> other) {
        List<Integer> shared = new ArrayList<>(
                IntStream.range(1, one.size() - MOVES_OF_STORES).boxed().toList());
        Collections.shuffle(shared, random);
        List<SwapKind> goFromOne = new ArrayList<>();
        List<SwapKind> goFromOther = new ArrayList<>();
        for (int i = 0; i < shared.size(); i++) {
            int kind = shared.get(i);
            if (i % 2 == 0) {
                goFromOne.add(one.get(kind));
            } else {
                goFromOther.add(other.get(kind));
            }
        }
        one.removeAll(goFromOne);
        other.removeAll(goFromOther);
    }

    private void storm(List<SwapKind> kinds, boolean tls) throws IOException {
        Path home = configure(tls);
        Operator operator = new Operator(home);
        operator.addAdmin();
        try (Node node = Node.start(home)) {
            say((tls ? "in TLS" : "in clear") + ": " + node.uri());
            for (Path plugin : List.of(
                    sample("protocol-lines"), sample("auth-htpasswd"), sample("hook-validate"), SampleStore.jar())) {
                operator.run("plugin", "install", plugin.toString());
            }
            try {
                storm(node, operator, kinds);
                // A connection that was closed is remembered for some seconds.
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(operator.run("plugin", "receipts", "--collect"))
                                .doesNotContain("held", "pending"));
                assertThat(node.log()).doesNotContain(" ERROR ");
            } finally {
                Files.writeString(Distribution.work().resolve("storm-node-" + home.getFileName() + ".log"), node.log());
            }
        }
    }

    private Path configure(boolean tls) throws IOException {
        Path conf = Files.createDirectories(homes.resolve(tls ? "tls" : "clear").resolve("conf"));
        Files.writeString(conf.resolve("htpasswd"), VOUCHED_LINE);
        String listen = "listen: {tcp: [{protocol: lines, port: 0, tls: " + tls + "}]}\n";
        if (tls) {
            TestAuthority.shared().issue(conf.resolve("node.pem"), "node");
            listen += "tls: {certificate: conf/node.pem}\n";
        }
        Files.writeString(conf.resolve("patchbay.yaml"), listen);
        return conf.getParent();
    }

    private void storm(Node node, Operator operator, List<SwapKind> kinds) throws IOException {
        long end = System.nanoTime() + LENGTH.toNanos() / 2;
        do {
            try (StormClients clients = new StormClients(node, operator, linesPort(node), random, RATE)) {
                Collections.shuffle(kinds, random);
                for (SwapKind kind : kinds) {
                    swap(kind, operator, clients);
                }
                writes += clients.acknowledgedWrites();
                calls += clients.calls();
                clients.verify();
                say(clients.acknowledgedWrites() + " writes compared with what is there and what everybody was told");
            }
            operator.login(node.uri()).delete("/collections/" + Load.COLLECTION).expect(204);
            operator.login(node.uri())
                    .delete("/collections/" + StormClients.HOOKED)
                    .expect(204);
        } while (System.nanoTime() < end);
    }

    private void swap(SwapKind kind, Operator operator, StormClients clients) {
        if (kind.endsStreams()) {
            clients.allowStreamsToEnd();
        }
        long from = System.nanoTime();
        String what = kind.swap(operator, random);
        long ms = Duration.ofNanos(System.nanoTime() - from).toMillis();
        swaps++;
        clients.goOn(WRITES_BETWEEN);
        say(String.format("%5d ms  %s: %s", ms, kind.name(), what));
        assertThat(clients.failures()).as("by then: %s: %s", kind.name(), what).isEmpty();
    }

    private static int linesPort(Node node) {
        Matcher port = LISTENING.matcher(node.log());
        assertThat(port.find()).as(node.log()).isTrue();
        return Integer.parseInt(port.group(1));
    }

    private void say(String line) {
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
        String timed = String.format("%3d:%02d  %s", seconds / 60, seconds % 60, line);
        System.out.println("SwapStormIT: " + timed);
        report.add(timed);
    }
}
