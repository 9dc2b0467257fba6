package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that swaps is swapped again and again, in any order, under clients of every kind: nothing fails, nothing is lost or told twice, and no connection ends but event streams where their bundle
 * goes.
 *
 * <p>One round takes each kind of swap in an order of chance, then compares everything with what was acknowledged; the next has new clients on the same node. {@code -Dpatchbay.storm.minutes=N} adds
 * rounds until they are over, {@code -Dpatchbay.storm.seed=N} repeats every choice of chance, {@code -Dpatchbay.storm.rate=N} is writes per second.
 */
class SwapStormIT {
    private static final long SEED = Long.getLong("patchbay.storm.seed", System.nanoTime());
    private static final Duration LENGTH = Duration.ofMinutes(Integer.getInteger("patchbay.storm.minutes", 0));
    private static final int RATE = Integer.getInteger("patchbay.storm.rate", 200);
    /** In a long run each round takes all kinds this often. */
    private static final int PASSES = LENGTH.isZero() ? 1 : 3;

    private static final int WRITES_BETWEEN = 40;
    private static final int MOVES_OF_STORES = 3;
    private static final Pattern LISTENING = Pattern.compile("Listening on 127\\.0\\.0\\.1:(\\d+) for lines");

    @TempDir
    Path home;

    @TempDir
    Path jars;

    private final Random random = new Random(SEED);
    private final List<String> report = new ArrayList<>();
    private int swaps;
    private long writes;
    private long calls;

    @Test
    void nothingFailsAndNothingIsLostOrToldTwiceWhateverIsSwapped() throws IOException {
        say("-Dpatchbay.storm.seed=" + SEED + ", " + RATE + " writes/s");
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/patchbay.yaml"), "listen: {tcp: [{protocol: lines, port: 0}]}");
        Operator operator = new Operator(home);
        operator.addAdmin();
        try (Node node = Node.start(home)) {
            Path lines = Distribution.shared().folder().resolve("samples/patchbay-protocol-lines-0.1.0.jar");
            operator.run("plugin", "install", lines.toString());
            operator.run("plugin", "install", SampleStore.jar().toString());
            storm(node, operator, kinds(lines));
            assertThat(operator.run("plugin", "receipts", "--collect")).doesNotContain("held", "pending");
            assertThat(node.log()).doesNotContain(" ERROR ");
        } finally {
            say(swaps + " swaps under " + writes + " acknowledged writes, " + calls + " calls");
            Files.write(Distribution.work().resolve("storm-report.txt"), report);
        }
    }

    private List<SwapKind> kinds(Path lines) {
        List<SwapKind> kinds = new ArrayList<>(List.of(
                PluginUpdates.ofCore("protocol-patchbay", jars),
                PluginUpdates.ofStreaming("protocol-rest", jars),
                PluginUpdates.of("io.patchbay.protocol.lines", lines, jars),
                PluginUpdates.ofCore("auth-password", jars),
                PluginUpdates.ofCore("auth-jwt", jars),
                PluginUpdates.ofCore("store-sqlite", jars),
                PluginUpdates.of(SampleStore.PLUGIN, SampleStore.jar(), jars),
                PluginUpdates.ofCore("metrics-prometheus", jars),
                PluginUpdates.ofCore("console", jars),
                new PluginVisits("auth-password", jars)));
        kinds.addAll(Collections.nCopies(MOVES_OF_STORES, new StoreMoves()));
        return kinds;
    }

    private void storm(Node node, Operator operator, List<SwapKind> kinds) throws IOException {
        long end = System.nanoTime() + LENGTH.toNanos();
        do {
            try (StormClients clients = new StormClients(node, operator, linesPort(node), random, RATE)) {
                for (int pass = 0; pass < PASSES; pass++) {
                    Collections.shuffle(kinds, random);
                    for (SwapKind kind : kinds) {
                        swap(kind, operator, clients);
                    }
                }
                writes += clients.acknowledgedWrites();
                calls += clients.calls();
                clients.verify();
            }
            operator.login(node.uri()).delete("/collections/" + Load.COLLECTION).expect(204);
        } while (System.nanoTime() < end);
    }

    private void swap(SwapKind kind, Operator operator, StormClients clients) {
        if (kind.endsStreams()) {
            clients.allowStreamsToEnd();
        }
        long began = System.nanoTime();
        String what = kind.swap(operator, random);
        long ms = Duration.ofNanos(System.nanoTime() - began).toMillis();
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
        System.out.println("SwapStormIT: " + line);
        report.add(line);
    }
}
