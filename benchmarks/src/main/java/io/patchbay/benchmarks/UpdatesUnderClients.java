package io.patchbay.benchmarks;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * What many WebSockets see while the parts that hold them are updated: each has a subscription to one room, one more writes to the rooms in turn at a fixed rate, and the protocol and then the transport
 * are updated again and again. Every client must be told of every write to its room once and in order, on the connection that it had at the beginning. How long an event takes, from when its write was due,
 * is told for the writes that fell into an update and for those of the seconds between. Ends with 1 if anything is lost.
 *
 * <p>Arguments: the unpacked distribution, connections (10,000), updates of each (5), writes a second (50).
 */
public final class UpdatesUnderClients implements AutoCloseable {
    private static final List<String> UPDATED = List.of("protocol-patchbay", "transport-http");
    private static final int CLIENTS_A_ROOM = 100;
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int NO_UPDATE = 0;
    private static final int WARM_UP = UPDATED.size() + 1;
    private static final Duration WARM = Duration.ofSeconds(5);
    private static final Duration BETWEEN = Duration.ofSeconds(2);
    private static final Duration LAST_EVENTS = Duration.ofSeconds(20);
    /** For all of it, so that it never hangs. */
    private static final Duration MOST = Duration.ofSeconds(230);

    /** The name of the field that holds the number of a room's write, as an event has it: CBOR. */
    private static final byte[] ORDER = {0x65, 'o', 'r', 'd', 'e', 'r'};

    private final long began = System.nanoTime();
    private final Servers node;
    private final String token;
    private final int writesPerSecond;
    private final Selector selector = Selector.open();
    private final ByteBuffer received = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final List<Client> clients = new ArrayList<>();
    private final List<Room> rooms = new ArrayList<>();
    private final Client writer;

    /** Delays of events by what was updated when their writes were due; of each update apart. */
    private final List<List<Latencies>> delays = new ArrayList<>();

    private int phase = WARM_UP;
    private long writes;
    private long answers;
    private long refused;
    private long disconnects;
    private long missed;
    private long repeated;
    private long strange;

    private UpdatesUnderClients(Servers node, int connections, int writesPerSecond)
            throws IOException, InterruptedException {
        this.node = node;
        this.writesPerSecond = writesPerSecond;
        this.token = node.logIn("bench");
        node.send("POST", "/api/v1/collections", token, "{\"name\":\"rooms\"}", 201);
        for (int kind = 0; kind <= WARM_UP; kind++) {
            delays.add(new ArrayList<>());
        }
        byte[] login = WebSocketWire.login(token);
        for (int i = 0; i < Math.max(1, connections / CLIENTS_A_ROOM); i++) {
            rooms.add(new Room(i));
        }
        writer = new Client(WebSocketClient.open(node.address(), login), null);
        for (int i = 0; i < connections; i++) {
            requireTime();
            Room room = rooms.get(i % rooms.size());
            clients.add(new Client(WebSocketClient.open(node.address(), login, room.subscribe()), room));
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path distribution = Path.of(arguments[0]).toAbsolutePath();
        int connections = argument(arguments, 1, 10_000);
        int updates = argument(arguments, 2, 5);
        Figures.printMachine();
        boolean lost;
        try (Servers node = Servers.node(distribution);
                UpdatesUnderClients bench = new UpdatesUnderClients(node, connections, argument(arguments, 3, 50))) {
            lost = !bench.run(distribution, updates);
        }
        if (lost) {
            System.out.println("LOST");
            System.exit(1);
        }
        System.out.println("nothing lost");
    }

    private static int argument(String[] arguments, int at, int otherwise) {
        return arguments.length > at ? Integer.parseInt(arguments[at]) : otherwise;
    }

    private boolean run(Path distribution, int updates) throws IOException, InterruptedException {
        System.out.printf(
                "%,d connections with a subscription each after %.0f s, %d clients a room; %d writes/s; open files: node %,d, clients %,d%n",
                clients.size(),
                (System.nanoTime() - began) / 1e9,
                clients.size() / rooms.size(),
                writesPerSecond,
                openFiles(Long.toString(node.pid())),
                openFiles("self"));
        during(WARM_UP, WARM);
        List<List<Double>> took = new ArrayList<>(List.of(List.of()));
        for (int kind = 0; kind < UPDATED.size(); kind++) {
            took.add(update(distribution, kind, updates));
        }
        during(NO_UPDATE, BETWEEN);
        awaitLast();
        print(took);
        return disconnects + missed + repeated + strange + refused == 0 && answers == writes;
    }

    private static long openFiles(String process) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc", process, "fd"))) {
            return files.count();
        }
    }

    /** Milliseconds that each took. */
    private List<Double> update(Path distribution, int kind, int updates) throws IOException, InterruptedException {
        BundleVersions versions = BundleVersions.of(distribution, "bundles", UPDATED.get(kind));
        List<Double> took = new ArrayList<>();
        for (int i = 1; i <= updates; i++) {
            byte[] jar = versions.jar("0.2." + i);
            during(NO_UPDATE, BETWEEN);
            long asked = System.nanoTime();
            CompletableFuture<Void> update = CompletableFuture.runAsync(() -> install(jar));
            load(kind + 1, update::isDone);
            try {
                update.get();
            } catch (ExecutionException e) {
                throw new IOException("The update of " + UPDATED.get(kind) + " failed.", e.getCause());
            }
            took.add((System.nanoTime() - asked) / 1e6);
        }
        return took;
    }

    private void install(byte[] jar) {
        try {
            node.job("POST", "/api/v1/plugins", token, "application/java-archive", jar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Until {
        boolean reached();
    }

    private void during(int kind, Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        load(kind, () -> System.nanoTime() >= end);
    }

    /** Writes, and takes what comes. */
    private void load(int kind, Until end) throws IOException {
        phase = kind;
        delays.get(kind).add(new Latencies());
        long start = System.nanoTime();
        long first = writes;
        while (!end.reached()) {
            requireTime();
            long due = start + (writes - first) * 1_000_000_000L / writesPerSecond;
            if (System.nanoTime() >= due) {
                rooms.get((int) (writes++ % rooms.size())).write(due);
            }
            writer.flush();
            selector.select(this::ready, 1);
        }
    }

    private void awaitLast() throws IOException {
        long end = System.nanoTime() + LAST_EVENTS.toNanos();
        while (System.nanoTime() < end && (answers < writes || clients.stream().anyMatch(Client::isBehind))) {
            writer.flush();
            selector.select(this::ready, 50);
        }
        for (Client client : clients) {
            missed += client.room.written.size() - client.next;
        }
    }

    private void requireTime() throws IOException {
        if (System.nanoTime() - began > MOST.toNanos()) {
            throw new IOException("It was not done after " + MOST.toSeconds() + " s.");
        }
    }

    private void ready(SelectionKey key) {
        ((Client) key.attachment()).ready();
    }

    private void print(List<List<Double>> took) {
        System.out.printf(
                "%-34s %10s %9s %9s %-22s %9s %s%n",
                "writes that were due during",
                "events",
                "p50, ms",
                "p99, ms",
                "(least-most)",
                "longest",
                "p99 beside no update");
        double reference = 0;
        for (int kind = NO_UPDATE; kind < WARM_UP; kind++) {
            long[] all = sorted(delays.get(kind));
            double p99 = millis(all, 0.99);
            reference = kind == NO_UPDATE ? p99 : reference;
            double[] each = delays.get(kind).stream()
                    .map(Latencies::sorted)
                    .filter(one -> one.length > 0)
                    .mapToDouble(one -> millis(one, 0.99))
                    .sorted()
                    .toArray();
            System.out.printf(
                    "%-34s %,10d %9.2f %9.2f %-22s %9.0f %.2fx%s%n",
                    kind == NO_UPDATE
                            ? "without an update"
                            : UPDATED.get(kind - 1) + ", " + took.get(kind).size() + " updates",
                    all.length,
                    millis(all, 0.5),
                    p99,
                    each.length == 0 ? "" : String.format("(%.2f-%.2f)", each[0], each[each.length - 1]),
                    millis(all, 1),
                    p99 / reference,
                    kind == NO_UPDATE ? "" : took(took.get(kind)));
        }
        System.out.printf(
                "%,d writes, %,d refused, %,d answered; disconnects %,d, missed %,d, repeated or out of order %,d, unexpected frames %,d%n",
                writes, refused, answers, disconnects, missed, repeated, strange);
    }

    private static String took(List<Double> millis) {
        double[] sorted = millis.stream().mapToDouble(one -> one).sorted().toArray();
        return String.format(
                "; an update took %.0f ms (%.0f-%.0f)",
                sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
    }

    private static long[] sorted(List<Latencies> parts) {
        long[] all = parts.stream()
                .flatMapToLong(part -> Arrays.stream(part.sorted()))
                .toArray();
        Arrays.sort(all);
        return all;
    }

    private static double millis(long[] sorted, double quantile) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) (quantile * (sorted.length - 1))] / 1e6;
    }

    @Override
    public void close() throws IOException {
        writer.channel.close();
        for (Client client : clients) {
            client.channel.close();
        }
        selector.close();
    }

    /** A write to a room: when it was due, and where its delays go. */
    private record Write(long due, Latencies delays) {}

    private final class Room {
        private final int number;
        private final List<Write> written = new ArrayList<>();

        Room(int number) {
            this.number = number;
        }

        byte[] subscribe() {
            return WebSocketWire.frame(Value.struct(
                    "id", Value.of(1),
                    "op", Value.of("subscribe"),
                    "mode", Value.of("changes"),
                    "collection", Value.of("rooms"),
                    "filter", Value.of("room == " + number),
                    "subscription", Value.of(1)));
        }

        void write(long due) {
            List<Latencies> ofPhase = delays.get(phase);
            writer.output.put(WebSocketWire.frame(Value.struct(
                    "id", Value.of(writes),
                    "op", Value.of("put"),
                    "collection", Value.of("rooms"),
                    "document", Value.of("room" + number),
                    "data", Value.struct("room", Value.of(number), "order", Value.of(written.size())))));
            written.add(new Write(due, ofPhase.get(ofPhase.size() - 1)));
        }
    }

    private final class Client {
        private final SocketChannel channel;
        /** Null for the one that writes. */
        private final Room room;

        private final ByteBuffer output;
        private byte[] input = new byte[512];
        private int length;
        /** The number of the room's write that it must be told of next. */
        private int next;

        Client(SocketChannel channel, Room room) throws IOException {
            this.channel = channel;
            this.room = room;
            this.output = ByteBuffer.allocate(room == null ? BUFFER_BYTES : 0);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        boolean isBehind() {
            return channel.isOpen() && next < room.written.size();
        }

        void flush() {
            if (!channel.isOpen()) {
                output.clear();
            }
            if (output.position() == 0) {
                return;
            }
            output.flip();
            try {
                channel.write(output);
            } catch (IOException e) {
                disconnected();
            }
            output.compact();
        }

        void ready() {
            try {
                int count = channel.read(received.clear());
                if (count < 0) {
                    disconnected();
                    return;
                }
                take(count);
            } catch (IOException e) {
                disconnected();
            }
        }

        private void disconnected() {
            disconnects++;
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void take(int count) {
            if (length + count > input.length) {
                input = Arrays.copyOf(input, length + count);
            }
            received.flip().get(input, length, count);
            length += count;
            long now = System.nanoTime();
            int from = 0;
            int whole;
            while ((whole = WebSocketWire.frameLength(input, from, length)) >= 0) {
                frame(from, from + whole, now);
                from += whole;
            }
            System.arraycopy(input, from, input, 0, length - from);
            length -= from;
        }

        private void frame(int from, int to, long now) {
            if (room == null) {
                answers++;
                if (new String(input, from, to - from, StandardCharsets.ISO_8859_1).contains("error")) {
                    refused++;
                }
                return;
            }
            long order = WebSocketWire.integerOf(input, from, to, ORDER);
            if (order < 0 || order >= room.written.size()) {
                strange++;
                return;
            }
            Write write = room.written.get((int) order);
            write.delays.add(now - write.due);
            if (order < next) {
                repeated++;
                return;
            }
            missed += order - next;
            next = (int) order + 1;
        }
    }
}
