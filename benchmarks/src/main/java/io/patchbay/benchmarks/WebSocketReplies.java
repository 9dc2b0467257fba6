package io.patchbay.benchmarks;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * WebSocket request and reply over 100 connections: a ping, and a get of a small document, beside the echo of a bare Jetty; as fast as they go, and at 10,000 a second; in turn, several times.
 *
 * <p>Arguments: the unpacked distribution, seconds a run (3), rounds (4).
 */
public final class WebSocketReplies {
    private static final int CONNECTIONS = 100;
    private static final int BYTES = 64;
    private static final int PER_SECOND = 10_000;
    private static final Duration WARM_UP = Duration.ofSeconds(4);

    private final Figures figures = new Figures();
    private final Duration time;

    private WebSocketReplies(Duration time) {
        this.time = time;
    }

    public static void main(String[] arguments) throws Exception {
        Path distribution = Path.of(arguments[0]).toAbsolutePath();
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 4;
        new WebSocketReplies(Duration.ofSeconds(seconds)).measure(distribution, rounds);
    }

    private void measure(Path distribution, int rounds) throws Exception {
        Figures.printMachine();
        try (Servers node = Servers.node(distribution);
                Servers jetty = Servers.bareWebSocket(distribution, BYTES)) {
            String token = node.logIn("bench");
            node.send("POST", "/api/v1/collections", token, "{\"name\":\"small\"}", 201);
            node.send(
                    "PUT",
                    "/api/v1/collections/small/documents/one",
                    token,
                    "{\"text\":\"" + "x".repeat(20) + "\"}",
                    201);
            Wire ping = new WebSocketWire(token, 1, n -> Value.struct("id", Value.of(n), "op", Value.of("ping")));
            Wire get = new WebSocketWire(
                    token,
                    1,
                    n -> Value.struct(
                            "id", Value.of(n),
                            "op", Value.of("get"),
                            "collection", Value.of("small"),
                            "document", Value.of("one")));
            for (int round = -1; round < rounds; round++) {
                run("bare Jetty, echo of 64 B", jetty, new EchoWire(BYTES), round);
                run("ping", node, ping, round);
                run("get, 64 B", node, get, round);
            }
        }
        figures.print();
    }

    private void run(String what, Servers server, Wire wire, int round) throws IOException {
        try (LoadClient client = new LoadClient(server.address(), CONNECTIONS, wire)) {
            figures.run(round, what + ", most", server::cpuSeconds, () -> client.closed(round < 0 ? WARM_UP : time));
            figures.run(round, what + ", 10,000/s", server::cpuSeconds, () -> client.paced(time, PER_SECOND));
        }
    }
}
