package io.patchbay.benchmarks;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Durable creates a second, over HTTP by the number of connections and over one WebSocket, beside a bare Jetty that reads the same bodies and answers 201, and beside the bare store; all in turn, several
 * times. Each load goes as fast as it can, then at half of that.
 *
 * <p>Arguments: the unpacked distribution, seconds a run (4), rounds (3), a pattern of the loads wanted (all).
 */
public final class HttpWrites {
    private static final int[] CONNECTIONS = {1, 16, 64, 256};
    private static final int IN_FLIGHT = 256;
    private static final int ANSWER_BYTES = 330;
    private static final Duration WARM_UP = Duration.ofSeconds(7);
    private static final String COLLECTION = "bench";
    private static final String TEXT = "x".repeat(200);

    private final Duration time;
    private final int rounds;
    private final Pattern wanted;
    private final Figures figures = new Figures();

    private HttpWrites(Duration time, int rounds, Pattern wanted) {
        this.time = time;
        this.rounds = rounds;
        this.wanted = wanted;
    }

    public static void main(String[] arguments) throws Exception {
        Path distribution = Path.of(arguments[0]).toAbsolutePath();
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 4;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
        Pattern wanted = Pattern.compile(arguments.length > 3 ? arguments[3] : "");
        new HttpWrites(Duration.ofSeconds(seconds), rounds, wanted).measure(distribution);
    }

    private void measure(Path distribution) throws Exception {
        Figures.printMachine();
        try (Servers node = Servers.node(distribution);
                Servers clear = Servers.node(distribution, false);
                Servers jetty = Servers.bareJetty(distribution, ANSWER_BYTES);
                BareStore store = new BareStore()) {
            String token = node.logIn("bench");
            node.send("POST", "/api/v1/collections", token, "{\"name\":\"" + COLLECTION + "\"}", 201);
            clear.send("POST", "/api/v1/collections", clear.logIn("bench"), "{\"name\":\"" + COLLECTION + "\"}", 201);
            for (int round = -1; round < rounds; round++) {
                String fresh = node.logIn("bench");
                String freshClear = clear.logIn("bench");
                for (int connections : CONNECTIONS) {
                    createBare("bare store, batches of " + connections, store, connections, round);
                    create("bare Jetty, " + connections, jetty, connections, fresh, round);
                    create("HTTP, " + connections, node, connections, fresh, round);
                    create("HTTP in clear, " + connections, clear, connections, freshClear, round);
                    createChosen("HTTP with chosen ids, " + connections, node, connections, fresh, round);
                }
                webSocket("one WebSocket, " + IN_FLIGHT + " in flight", node, fresh, round);
            }
        }
        figures.print();
    }

    private void createBare(String what, BareStore store, int batch, int round) {
        if (wanted.matcher(what).find()) {
            Value.Struct data = Value.struct("n", Value.of(round), "text", Value.of(TEXT));
            figures.run(
                    round, what, BareStore::cpuSeconds, () -> store.create(round < 0 ? WARM_UP : time, batch, data));
        }
    }

    private void create(String what, Servers server, int connections, String token, int round) throws IOException {
        String path = "/api/v1/collections/" + COLLECTION + "/documents";
        run(what, server, connections, new HttpWire(n -> HttpWire.request("POST", path, token, body(n)), 201), round);
    }

    /** Ids as applications choose them: unique, in no order. */
    private void createChosen(String what, Servers server, int connections, String token, int round)
            throws IOException {
        String path = "/api/v1/collections/" + COLLECTION + "/documents/";
        long salt = System.nanoTime();
        run(
                what,
                server,
                connections,
                new HttpWire(n -> HttpWire.request("PUT", path + Long.toHexString(mix(n + salt)), token, body(n)), 201),
                round);
    }

    private void webSocket(String what, Servers node, String token, int round) throws IOException {
        Value text = Value.of(TEXT);
        WebSocketWire wire = new WebSocketWire(
                token,
                IN_FLIGHT,
                n -> Value.struct(
                        "id", Value.of(n),
                        "op", Value.of("put"),
                        "collection", Value.of(COLLECTION),
                        "data", Value.struct("n", Value.of(n), "text", text)));
        run(what, node, 1, wire, round);
    }

    private void run(String what, Servers server, int connections, Wire wire, int round) throws IOException {
        if (!wanted.matcher(what).find()) {
            return;
        }
        try (LoadClient client = new LoadClient(server.address(), connections, wire)) {
            LoadClient.Run run =
                    figures.run(round, what, server::cpuSeconds, () -> client.closed(round < 0 ? WARM_UP : time));
            if (round >= 0) {
                figures.run(
                        round,
                        what + ", half",
                        server::cpuSeconds,
                        () -> client.paced(time.dividedBy(2), run.perSecond() / 2));
            }
        }
    }

    private static String body(long n) {
        return "{\"n\":" + n + ",\"text\":\"" + TEXT + "\"}";
    }

    /** A bijection that leaves no order (the finalizer of SplitMix64). */
    static long mix(long n) {
        long z = (n ^ (n >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
