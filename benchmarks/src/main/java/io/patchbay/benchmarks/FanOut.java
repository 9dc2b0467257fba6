package io.patchbay.benchmarks;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Changes to 1, 100 and 1,000 watchers, beside a bare Jetty that sends all of them a ready frame, with some changes under way at a time; and how long a write takes to be seen by one, at a moderate
 * rate. In turn, several times.
 *
 * <p>Arguments: the unpacked distribution, seconds a run (3), rounds (3).
 */
public final class FanOut {
    private static final int[] WATCHERS = {1, 100, 1000};
    private static final int UNDER_WAY = 16;
    private static final int WRITES_PER_SECOND = 1000;
    /** What an event of the changes below takes. */
    private static final int EVENT_BYTES = 230;

    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final Value TEXT = Value.of("x".repeat(64));

    private final Figures figures = new Figures();
    private final Duration time;

    private FanOut(Duration time) {
        this.time = time;
    }

    public static void main(String[] arguments) throws Exception {
        Path distribution = Path.of(arguments[0]).toAbsolutePath();
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
        new FanOut(Duration.ofSeconds(seconds)).measure(distribution, rounds);
    }

    private void measure(Path distribution, int rounds) throws Exception {
        Figures.printMachine();
        try (Servers node = Servers.node(distribution);
                Servers jetty = Servers.bareWebSocket(distribution, EVENT_BYTES)) {
            String token = node.logIn("bench");
            node.send("POST", "/api/v1/collections", token, "{\"name\":\"news\"}", 201);
            for (int round = -1; round < rounds; round++) {
                // What one watcher costs a write that is durable before anyone hears of it.
                try (WatchClient client = ofNode(node, token, 0)) {
                    Duration length = round < 0 ? WARM_UP : time;
                    figures.run(
                            round,
                            "Patchbay, writes alone, " + UNDER_WAY + " under way",
                            node::cpuSeconds,
                            () -> client.saturate(length, UNDER_WAY).answered());
                }
                for (int watchers : WATCHERS) {
                    try (WatchClient client = ofJetty(jetty, watchers)) {
                        run("bare Jetty, " + watchers + " watchers", jetty, client, watchers, round);
                    }
                    try (WatchClient client = ofNode(node, token, watchers)) {
                        run("Patchbay, " + watchers + " watchers", node, client, watchers, round);
                    }
                }
            }
        }
        figures.print();
    }

    private static WatchClient ofJetty(Servers jetty, int watchers) throws IOException {
        byte[] publish = WebSocketWire.frame(BareWebSocket.PUBLISH);
        return new WatchClient(
                jetty.address(), watchers, new byte[0][], WebSocketWire.frame(BareWebSocket.WATCH), n -> publish);
    }

    private static WatchClient ofNode(Servers node, String token, int watchers) throws IOException {
        byte[] watch = WebSocketWire.frame(Value.struct(
                "id", Value.of(1),
                "op", Value.of("subscribe"),
                "mode", Value.of("changes"),
                "collection", Value.of("news"),
                "subscription", Value.of(7)));
        return new WatchClient(
                node.address(),
                watchers,
                new byte[][] {WebSocketWire.login(token)},
                watch,
                n -> WebSocketWire.frame(Value.struct(
                        "id", Value.of(n + 2),
                        "op", Value.of("put"),
                        "collection", Value.of("news"),
                        "document", Value.of("one"),
                        "data", Value.struct("n", Value.of(n), "text", TEXT))));
    }

    private void run(String what, Servers server, WatchClient client, int watchers, int round) {
        Duration length = round < 0 ? WARM_UP : time;
        figures.run(
                round,
                what + ", " + UNDER_WAY + " changes under way",
                server::cpuSeconds,
                () -> client.saturate(length, UNDER_WAY).seen());
        if (watchers == 1) {
            WatchClient.Run[] run = new WatchClient.Run[1];
            figures.run(round, what + ", seen, 1,000/s", server::cpuSeconds, () -> {
                run[0] = client.paced(length, WRITES_PER_SECOND);
                return run[0].seen();
            });
            figures.run(round, what + ", answered, 1,000/s", server::cpuSeconds, () -> run[0].answered());
        }
    }
}
