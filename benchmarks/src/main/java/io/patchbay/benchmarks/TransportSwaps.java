package io.patchbay.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Writer;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What clients see while the transport is updated again and again: some make a connection for each request, some keep theirs. The same load without updates, in the same run, is the reference; a command
 * of the command line runs as often then, which costs the machine as much as the one that updates. Runs as a single source file, without a build.
 */
public final class TransportSwaps {
    private static final int CLIENTS = 4;
    private static final long PAUSE_MS = 2;
    private static final int WARM_UP = 5;
    private static final String BUNDLE = "patchbay-transport-http-";
    private static final String HEAD = "GET /health HTTP/1.1\r\nHost: localhost\r\n";

    private final Path distribution;
    private final Path home;
    private final Path jars;
    private String host = "";
    private int port;
    private volatile boolean asking;
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    private TransportSwaps(Path distribution, Path home, Path jars) {
        this.distribution = distribution;
        this.home = home;
        this.jars = jars;
    }

    /** Arguments: the unpacked distribution, and how often the transport is updated (50). */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 0) {
            System.err.println("Usage: transport.sh UNPACKED_DISTRIBUTION [SWAPS]");
            System.exit(2);
        }
        int swaps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 50;
        new TransportSwaps(
                        Path.of(arguments[0]).toAbsolutePath(),
                        Files.createTempDirectory("patchbay-transport"),
                        Files.createTempDirectory("patchbay-transport-jars"))
                .measure(swaps);
    }

    private void measure(int swaps) throws Exception {
        System.out.printf(
                "Java %s, %d cores, %d clients that connect for each request and %d that keep their connection, %d swaps%n",
                Runtime.version(), Runtime.getRuntime().availableProcessors(), CLIENTS, CLIENTS, swaps);
        Process node = start();
        try {
            during("warming up", WARM_UP, number -> run("plugin", "list"));
            double[][] reference = during("no swaps", swaps, number -> run("plugin", "list"));
            double[][] swapped = during(
                    "swaps",
                    swaps,
                    number -> run("plugin", "update", jar(number).toString()));
            for (int kind = 0; kind < 2; kind++) {
                System.out.printf(
                        "%s: p50 %.2fx, p99 %.2fx of the load without swaps%n",
                        kind == 0 ? "a connection each" : "kept connections",
                        swapped[kind][0] / reference[kind][0],
                        swapped[kind][1] / reference[kind][1]);
            }
        } finally {
            node.destroy();
            node.waitFor();
        }
    }

    private interface Act {
        void run(int number) throws IOException, InterruptedException;
    }

    /** Asks with all clients while {@code act} is done {@code times}; returns p50 and p99 of both kinds of clients, in milliseconds. */
    private double[][] during(String what, int times, Act act) throws Exception {
        asking = true;
        failed.set(0);
        closed.set(0);
        ExecutorService threads = Executors.newFixedThreadPool(2 * CLIENTS);
        List<List<Long>> each = new ArrayList<>();
        List<List<Long>> kept = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            List<Long> shortLived = new ArrayList<>();
            List<Long> longLived = new ArrayList<>();
            each.add(shortLived);
            kept.add(longLived);
            threads.execute(() -> askByConnections(shortLived));
            threads.execute(() -> askOverOne(longLived));
        }
        long begin = System.nanoTime();
        for (int i = 0; i < times; i++) {
            act.run(i);
        }
        asking = false;
        threads.shutdown();
        threads.awaitTermination(1, TimeUnit.MINUTES);
        System.out.printf(
                "%s: %.1f s, %d failed, %d kept connections closed%n",
                what, (System.nanoTime() - begin) / 1e9, failed.get(), closed.get());
        return new double[][] {tell("a connection each", each), tell("kept connections", kept)};
    }

    private static double[] tell(String kind, List<List<Long>> latencies) {
        long[] sorted = latencies.stream()
                .flatMap(List::stream)
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        double[] percentiles = {at(sorted, 0.5), at(sorted, 0.99)};
        System.out.printf(
                "  %-18s %8d requests  p50 %6.2f ms  p99 %7.2f ms  longest %7.2f ms%n",
                kind, sorted.length, percentiles[0], percentiles[1], at(sorted, 1));
        return percentiles;
    }

    private static double at(long[] sortedNanos, double share) {
        return sortedNanos.length == 0
                ? 0
                : sortedNanos[(int) Math.min(sortedNanos.length - 1, share * sortedNanos.length)] / 1e6;
    }

    private void askByConnections(List<Long> latencies) {
        while (asking) {
            long begin = System.nanoTime();
            try (Socket socket = connect()) {
                ask(socket, new BufferedInputStream(socket.getInputStream()), HEAD + "Connection: close\r\n\r\n");
            } catch (IOException e) {
                fail(e);
            }
            latencies.add(System.nanoTime() - begin);
            pause();
        }
    }

    private void askOverOne(List<Long> latencies) {
        while (asking) {
            try (Socket socket = connect()) {
                InputStream in = new BufferedInputStream(socket.getInputStream());
                boolean open = true;
                while (asking && open) {
                    long begin = System.nanoTime();
                    open = ask(socket, in, HEAD + "\r\n");
                    latencies.add(System.nanoTime() - begin);
                    pause();
                }
                if (!open) {
                    closed.incrementAndGet();
                }
            } catch (IOException e) {
                fail(e);
            }
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(host, port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private void fail(IOException e) {
        if (failed.incrementAndGet() < 10) {
            System.out.println("  failed: " + e);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the connection stays open. */
    private static boolean ask(Socket socket, InputStream in, String request) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(request.getBytes(StandardCharsets.US_ASCII));
        String status = line(in);
        if (!status.startsWith("HTTP/1.1 200")) {
            throw new IOException(status.isEmpty() ? "no answer" : status);
        }
        int length = 0;
        boolean open = true;
        for (String header = line(in).toLowerCase(java.util.Locale.ROOT);
                !header.isEmpty();
                header = line(in).toLowerCase(java.util.Locale.ROOT)) {
            if (header.startsWith("content-length:")) {
                length = Integer.parseInt(header.substring(15).strip());
            }
            open &= !header.equals("connection: close");
        }
        in.skipNBytes(length);
        return open;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    /** The distribution's own transport under a higher version. */
    private Path jar(int number) throws IOException {
        Path original;
        try (Stream<Path> bundles = Files.list(distribution.resolve("bundles"))) {
            original = bundles.filter(file -> file.getFileName().toString().startsWith(BUNDLE))
                    .findFirst()
                    .orElseThrow();
        }
        Path target = jars.resolve("transport.jar");
        try (JarFile from = new JarFile(original.toFile())) {
            Manifest manifest = new Manifest(from.getManifest());
            manifest.getMainAttributes().putValue("Bundle-Version", "0.2." + number);
            try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(target), manifest)) {
                for (JarEntry entry : (Iterable<JarEntry>) from.stream()::iterator) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        jar.putNextEntry(new JarEntry(entry.getName()));
                        from.getInputStream(entry).transferTo(jar);
                    }
                }
            }
        }
        return target;
    }

    private void run(String... command) throws IOException, InterruptedException {
        List<String> words =
                new ArrayList<>(List.of(distribution.resolve("bin/patchbay").toString()));
        words.addAll(Arrays.asList(command));
        words.addAll(List.of("--home", home.toString()));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
    }

    private Process start() throws IOException {
        Process node = new ProcessBuilder(
                        distribution.resolve("bin/patchbay").toString(),
                        "run",
                        "--home",
                        home.toString(),
                        "--port",
                        "0")
                .redirectErrorStream(true)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
        Pattern ready = Pattern.compile(" ready (http://\\S+)");
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher found = ready.matcher(line);
            if (found.find()) {
                URI address = URI.create(found.group(1));
                host = address.getHost();
                port = address.getPort();
                Thread drain = new Thread(() -> readOn(output));
                drain.setDaemon(true);
                drain.start();
                return node;
            }
        }
        throw new IOException("The node ended before it was ready.");
    }

    /** So that the node never waits for somebody to read its log. */
    private static void readOn(BufferedReader output) {
        try {
            output.transferTo(Writer.nullWriter());
        } catch (IOException e) {
            // The node has ended.
        }
    }
}
