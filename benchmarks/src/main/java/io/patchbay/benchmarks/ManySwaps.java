package io.patchbay.benchmarks;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a node that swaps stays as it was: each kind of part is swapped 200 times, kind after kind in one process with WebSockets open and a write after each swap, and every now and then heap after a
 * collection, resident memory, threads, class loaders of bundles and mapped native libraries are taken. Ends with 1 if one of them grows.
 *
 * <p>Arguments: the unpacked distribution, swaps of each kind (200).
 */
public final class ManySwaps {
    private static final int SAMPLES = 8;
    private static final int SOCKETS = 8;
    /** Everything is loaded and compiled, and every plugin there, before the first sample. */
    private static final int WARM_UP = 10;

    private static final List<String> PLUGINS = List.of("protocol-lines", "auth-htpasswd", "hook-validate", "store-h2");
    private static final List<String> CORE = List.of(
            "transport-http",
            "protocol-patchbay",
            "protocol-rest",
            "auth-password",
            "auth-jwt",
            "store-sqlite",
            "metrics-prometheus",
            "console");

    private final Path distribution;
    private final int swaps;
    private final Servers node;
    private final List<SocketChannel> sockets = new ArrayList<>();
    private String token = "";
    private int writes;
    private boolean flat = true;

    /** Parts of the names of the kinds that are swapped; empty for all. */
    private final List<String> only;

    private ManySwaps(Path distribution, int swaps, List<String> only, Servers node) {
        this.distribution = distribution;
        this.swaps = swaps;
        this.only = only;
        this.node = node;
    }

    public static void main(String[] arguments) throws Exception {
        Path distribution = Path.of(arguments[0]).toAbsolutePath();
        int swaps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 200;
        List<String> only = List.of(arguments).subList(Math.min(2, arguments.length), arguments.length);
        Figures.printMachine();
        boolean flat;
        try (Servers node = Servers.node(distribution)) {
            flat = new ManySwaps(distribution, swaps, only, node).run();
        }
        if (!flat) {
            System.out.println("NOT FLAT");
            System.exit(1);
        }
        System.out.println("flat");
    }

    /** What is taken, and how much more of it there may be after all swaps of a kind: much less than one leak a swap makes. */
    private enum Measure {
        HEAP("heap, KiB", 4096) {
            @Override
            long take(long pid) throws IOException, InterruptedException {
                return NodeMemory.heapKib(pid);
            }
        },
        RSS("RSS, KiB", 48 * 1024) {
            @Override
            long take(long pid) throws IOException {
                return NodeMemory.rssKib(pid);
            }
        },
        THREADS("threads", 4) {
            @Override
            long take(long pid) throws IOException {
                return NodeMemory.threads(pid);
            }
        },
        LOADERS("loaders", 2) {
            @Override
            long take(long pid) throws IOException, InterruptedException {
                return NodeMemory.bundleLoaders(pid);
            }
        },
        LIBRARIES("libraries", 0) {
            @Override
            long take(long pid) throws IOException {
                return NodeMemory.libraries(pid);
            }
        };

        private final String title;
        private final double mostGrowth;

        Measure(String title, double mostGrowth) {
            this.title = title;
            this.mostGrowth = mostGrowth;
        }

        abstract long take(long pid) throws IOException, InterruptedException;
    }

    private interface Kind {
        String name();

        void swap() throws IOException, InterruptedException;
    }

    private boolean run() throws IOException, InterruptedException {
        token = node.logIn("bench");
        // Without its file of users auth-htpasswd is unhealthy.
        node.write("conf/htpasswd", "");
        node.send("POST", "/api/v1/collections", token, "{\"name\":\"rooms\"}", 201);
        for (int i = 0; i < SOCKETS; i++) {
            sockets.add(WebSocketClient.open(node.address(), WebSocketWire.login(token), subscribe(i)));
        }
        List<Kind> kinds = kinds();
        for (Kind kind : kinds) {
            token = node.logIn("bench");
            for (int i = 0; i < WARM_UP; i++) {
                swap(kind);
            }
            requireOpen();
        }
        System.out.printf("%-42s %8s", "first -> last (growth in " + swaps + " swaps)", "ms each");
        for (Measure measure : Measure.values()) {
            System.out.printf("  %-32s", measure.title);
        }
        System.out.println();
        long[] first = take();
        for (Kind kind : kinds) {
            token = node.logIn("bench");
            measure(kind);
        }
        long[] last = take();
        System.out.printf("%-51s", "all");
        for (Measure measure : Measure.values()) {
            System.out.printf("  %,d -> %,d", first[measure.ordinal()], last[measure.ordinal()]);
        }
        System.out.println();
        for (SocketChannel socket : sockets) {
            socket.close();
        }
        return flat;
    }

    private List<Kind> kinds() throws IOException, InterruptedException {
        List<Kind> kinds = new ArrayList<>();
        for (String core : CORE) {
            kinds.add(updates("bundles", core));
        }
        for (String sample : PLUGINS) {
            kinds.add(updates("samples", sample));
        }
        kinds.add(new StoreSwaps());
        kinds.removeIf(kind ->
                !only.isEmpty() && only.stream().noneMatch(part -> kind.name().contains(part)));
        return kinds;
    }

    private Kind updates(String folder, String name) throws IOException {
        BundleVersions versions = BundleVersions.of(distribution, folder, name);
        return new Kind() {
            private int version;

            @Override
            public String name() {
                return name;
            }

            @Override
            public void swap() throws IOException, InterruptedException {
                node.job(
                        "POST", "/api/v1/plugins", token, "application/java-archive", versions.jar("0.2." + ++version));
            }
        };
    }

    /** The documents go to the other adapter, and the store that they left follows. */
    private final class StoreSwaps implements Kind {
        private boolean sqlite = true;

        @Override
        public String name() {
            return "the store of documents, sqlite <-> h2";
        }

        @Override
        public void swap() throws IOException, InterruptedException {
            sqlite = !sqlite;
            String swap = sqlite ? "{\"adapter\":\"sqlite\"}" : "{\"adapter\":\"h2\",\"plaintext\":true}";
            node.job(
                    "POST",
                    "/api/v1/stores/documents/swap",
                    token,
                    "application/json",
                    swap.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void swap(Kind kind) throws IOException, InterruptedException {
        kind.swap();
        String path = "/api/v1/collections/rooms/documents";
        node.send("POST", path, token, "{\"n\":" + writes++ + "}", 201);
    }

    private void measure(Kind kind) throws IOException, InterruptedException {
        List<long[]> samples = new ArrayList<>();
        samples.add(take());
        long swappingNanos = 0;
        for (int sample = 1; sample <= SAMPLES; sample++) {
            long began = System.nanoTime();
            for (int i = (sample - 1) * swaps / SAMPLES; i < sample * swaps / SAMPLES; i++) {
                swap(kind);
            }
            swappingNanos += System.nanoTime() - began;
            requireOpen();
            samples.add(take());
        }
        System.out.printf("%-42s %8.0f", kind.name(), swappingNanos / 1e6 / swaps);
        for (Measure measure : Measure.values()) {
            double growth = growth(samples, measure.ordinal());
            boolean grows = growth > measure.mostGrowth;
            flat &= !grows;
            System.out.printf(
                    "  %-32s",
                    String.format(
                            "%,d -> %,d (%+,.1f%s)",
                            samples.get(0)[measure.ordinal()],
                            samples.get(samples.size() - 1)[measure.ordinal()],
                            growth,
                            grows ? ", MORE THAN " + (long) measure.mostGrowth : ""));
        }
        System.out.println();
    }

    private long[] take() throws IOException, InterruptedException {
        NodeMemory.collect(node.pid());
        long[] taken = new long[Measure.values().length];
        for (Measure measure : Measure.values()) {
            taken[measure.ordinal()] = measure.take(node.pid());
        }
        return taken;
    }

    /** From the first sample to the last, along the straight line that is nearest to all. */
    private static double growth(List<long[]> samples, int measure) {
        double meanX = (samples.size() - 1) / 2.0;
        double meanY =
                samples.stream().mapToLong(sample -> sample[measure]).average().orElse(0);
        double xy = 0;
        double xx = 0;
        for (int x = 0; x < samples.size(); x++) {
            xy += (x - meanX) * (samples.get(x)[measure] - meanY);
            xx += (x - meanX) * (x - meanX);
        }
        return xy / xx * (samples.size() - 1);
    }

    private static byte[] subscribe(int number) {
        // Nothing of it comes.
        return WebSocketWire.frame(Value.struct(
                "id", Value.of(1),
                "op", Value.of("subscribe"),
                "mode", Value.of("changes"),
                "collection", Value.of("rooms"),
                "filter", Value.of("room == " + number),
                "subscription", Value.of(1)));
    }

    /** Often enough that none is taken for dead, as one is on which nothing moves for 90 s. */
    private void requireOpen() throws IOException {
        byte[] ping = WebSocketWire.frame(Value.struct("id", Value.of(2), "op", Value.of("ping")));
        for (SocketChannel socket : sockets) {
            byte[] answer = WebSocketClient.ask(socket, ping);
            if (!new String(answer, StandardCharsets.ISO_8859_1).contains("ok")) {
                throw new IOException("A WebSocket answered something else than that it is there.");
            }
        }
    }
}
