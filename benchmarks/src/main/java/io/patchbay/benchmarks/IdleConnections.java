package io.patchbay.benchmarks;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What idle connections take, each logged in and with one subscription of its own filter, beside the same number of WebSockets of a bare Jetty: memory after a collection, and CPU at rest.
 *
 * <p>Arguments: the unpacked distribution, connections (10,000), seconds at rest (15).
 */
public final class IdleConnections {
    private static final int WARM_UP = 1000;

    private final int connections;
    private final Duration rest;

    private IdleConnections(int connections, Duration rest) {
        this.connections = connections;
        this.rest = rest;
    }

    public static void main(String[] arguments) throws Exception {
        Path distribution = Path.of(arguments[0]).toAbsolutePath();
        int connections = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_000;
        int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 15;
        IdleConnections idle = new IdleConnections(connections, Duration.ofSeconds(seconds));
        Figures.printMachine();
        try (Servers jetty = Servers.bareWebSocket(distribution, 64)) {
            idle.measure("bare Jetty", jetty, n -> WebSocketClient.open(jetty.address()));
        }
        try (Servers node = Servers.node(distribution)) {
            String token = node.logIn("bench");
            node.send("POST", "/api/v1/collections", token, "{\"name\":\"rooms\"}", 201);
            byte[] login = WebSocketWire.login(token);
            idle.measure("Patchbay", node, n -> WebSocketClient.open(node.address(), login, subscribe(n)));
        }
    }

    private interface Opening {
        SocketChannel open(int number) throws IOException;
    }

    private static byte[] subscribe(int number) {
        return WebSocketWire.frame(Value.struct(
                "id", Value.of(1),
                "op", Value.of("subscribe"),
                "mode", Value.of("changes"),
                "collection", Value.of("rooms"),
                "filter", Value.of("room == " + number),
                "subscription", Value.of(1)));
    }

    private void measure(String what, Servers server, Opening opening) throws Exception {
        // What every connection shares is loaded, compiled and grown first.
        close(open(WARM_UP, opening));
        Memory before = Memory.of(server.pid());
        List<SocketChannel> open = open(connections, opening);
        Memory after = Memory.of(server.pid());
        double cpu = server.cpuSeconds();
        TimeUnit.NANOSECONDS.sleep(rest.toNanos());
        double cpuShare = (server.cpuSeconds() - cpu) / rest.toSeconds();
        System.out.printf(
                "%-12s %,d connections: RSS %,d -> %,d KiB, %.1f KiB each; heap in use %,d -> %,d KiB, %.1f KiB each; at rest %.2f %% of a core%n",
                what,
                connections,
                before.rssKib(),
                after.rssKib(),
                (after.rssKib() - before.rssKib()) / (double) connections,
                before.heapKib(),
                after.heapKib(),
                (after.heapKib() - before.heapKib()) / (double) connections,
                100 * cpuShare);
        close(open);
    }

    private static List<SocketChannel> open(int count, Opening opening) throws IOException {
        List<SocketChannel> channels = new ArrayList<>(count);
        for (int number = 0; number < count; number++) {
            channels.add(opening.open(number));
        }
        return channels;
    }

    private static void close(List<SocketChannel> channels) throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    /** Of a process, after a collection that gives back what it can. */
    private record Memory(long rssKib, long heapKib) {
        static Memory of(long pid) throws IOException, InterruptedException {
            NodeMemory.collect(pid);
            long heap = NodeMemory.heapKib(pid);
            return new Memory(NodeMemory.rssKib(pid), heap);
        }
    }
}
