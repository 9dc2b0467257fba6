package io.patchbay.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How long writers wait while the document store is swapped under them: eight clients create documents over HTTP while a node goes from SQLite to H2, back to the store that follows, and there again. The
 * same clients without a swap, before it in the same run, are the reference. Runs as a single source file, without a build.
 */
public final class SwapPause {
    private static final int CLIENTS = 8;
    private static final int QUIET_SECONDS = 10;
    private static final int LOAD_AT_A_TIME = 500;
    private static final String PASSWORD = "correct horse battery staple";
    private static final Pattern TOKEN = Pattern.compile("\"accessToken\":\"([^\"]+)\"");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path patchbay;
    private final Path home;
    private final int writesPerSecond;
    private String address = "";
    private String token = "";
    private volatile boolean writing;
    private final AtomicInteger failed = new AtomicInteger();

    private SwapPause(Path patchbay, Path home, int writesPerSecond) {
        this.patchbay = patchbay;
        this.home = home;
        this.writesPerSecond = writesPerSecond;
    }

    /**
     * Arguments: the unpacked distribution, how many documents there are before the first swap (100000), and how many writes fall due each second, from when on each is timed (0: each client writes
     * again once it is answered).
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 0) {
            System.err.println("Usage: swap.sh UNPACKED_DISTRIBUTION [DOCUMENTS] [WRITES_PER_SECOND]");
            System.exit(2);
        }
        Path distribution = Path.of(arguments[0]).toAbsolutePath();
        int documents = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100_000;
        int writesPerSecond = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 0;
        new SwapPause(distribution.resolve("bin/patchbay"), Files.createTempDirectory("patchbay-swap"), writesPerSecond)
                .measure(distribution, documents);
    }

    private void measure(Path distribution, int documents) throws Exception {
        System.out.printf(
                "Java %s, %d cores, %d clients%n",
                Runtime.version(), Runtime.getRuntime().availableProcessors(), CLIENTS);
        run(PASSWORD + "\n", "user", "add", "bench", "--role", "admin", "--password-stdin");
        Process node = start();
        try {
            logIn();
            require(201, post("/collections", "{\"name\":\"bench\",\"indexes\":[\"n\"]}"));
            load(documents);
            try (var samples = Files.newDirectoryStream(distribution.resolve("samples"), "*store-h2*.jar")) {
                run("", "plugin", "install", samples.iterator().next().toString());
            }
            during("no swap (warming up)", () -> pause());
            during("no swap", () -> pause());
            during(
                    "sqlite -> h2, live migration",
                    () -> System.out.println(
                            "  " + run("", "store", "swap", "documents", "--to", "h2", "--plaintext")));
            during(
                    "h2 -> sqlite, which followed",
                    () -> System.out.println("  " + run("", "store", "rollback", "documents")));
            during(
                    "sqlite -> h2, which followed",
                    () -> System.out.println("  " + run("", "store", "rollback", "documents")));
            run("", "store", "drop", "documents");
            during(
                    "h2 -> sqlite, live migration",
                    () -> System.out.println("  " + run("", "store", "swap", "documents", "--to", "sqlite")));
            System.out.println("failed writes: " + failed);
        } finally {
            node.destroy();
            node.waitFor();
        }
    }

    private interface Act {
        void run() throws IOException, InterruptedException;
    }

    private static void pause() throws InterruptedException {
        TimeUnit.SECONDS.sleep(QUIET_SECONDS);
    }

    /** Writes with all clients while {@code act} goes on, and prints what a write took. */
    private void during(String what, Act act) throws Exception {
        logIn();
        writing = true;
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        List<List<Long>> latencies = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            List<Long> own = new ArrayList<>();
            latencies.add(own);
            threads.execute(() -> write(own));
        }
        long begin = System.nanoTime();
        try {
            act.run();
        } finally {
            writing = false;
            threads.shutdown();
        }
        threads.awaitTermination(1, TimeUnit.MINUTES);
        double seconds = (System.nanoTime() - begin) / 1e9;
        long[] sorted = latencies.stream()
                .flatMap(List::stream)
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        System.out.printf(
                "%-30s %6.1f s  %6.0f writes/s  p50 %6.2f ms  p99 %7.2f ms  longest %7.2f ms%n",
                what, seconds, sorted.length / seconds, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1));
    }

    private static double at(long[] sortedNanos, double share) {
        return sortedNanos.length == 0
                ? 0
                : sortedNanos[(int) Math.min(sortedNanos.length - 1, share * sortedNanos.length)] / 1e6;
    }

    private void write(List<Long> latencies) {
        long start = System.nanoTime();
        for (int n = 0; writing; n++) {
            long begin = System.nanoTime();
            try {
                if (writesPerSecond > 0) {
                    begin = start + n * TimeUnit.SECONDS.toNanos(CLIENTS) / writesPerSecond;
                    TimeUnit.NANOSECONDS.sleep(begin - System.nanoTime());
                }
                if (post("/collections/bench/documents", "{\"n\":" + n + ",\"text\":\"" + "x".repeat(200) + "\"}")
                                .statusCode()
                        != 201) {
                    failed.incrementAndGet();
                }
            } catch (IOException e) {
                failed.incrementAndGet();
            } catch (InterruptedException e) {
                return;
            }
            latencies.add(System.nanoTime() - begin);
        }
    }

    private void load(int documents) throws IOException, InterruptedException {
        for (int from = 0; from < documents; from += LOAD_AT_A_TIME) {
            String operations = IntStream.range(from, Math.min(documents, from + LOAD_AT_A_TIME))
                    .mapToObj(n -> "{\"op\":\"put\",\"collection\":\"bench\",\"data\":{\"n\":" + n + ",\"text\":\""
                            + "y".repeat(200) + "\"}}")
                    .collect(Collectors.joining(","));
            require(200, post("/transactions", "{\"operations\":[" + operations + "]}"));
        }
    }

    private void logIn() throws IOException, InterruptedException {
        HttpResponse<String> answer = post(
                "/auth/login", "{\"method\":\"password\",\"identifier\":\"bench\",\"password\":\"" + PASSWORD + "\"}");
        Matcher found = TOKEN.matcher(require(200, answer));
        if (found.find()) {
            token = found.group(1);
        }
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + "/api/v1" + path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static String require(int status, HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != status) {
            throw new IOException(answer.uri() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    /** Runs the command line and returns the last line it printed. */
    private String run(String input, String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(patchbay.toString()));
        words.addAll(Arrays.asList(command));
        words.addAll(List.of("--home", home.toString()));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output.substring(output.lastIndexOf('\n') + 1);
    }

    private Process start() throws IOException {
        Process node = new ProcessBuilder(patchbay.toString(), "run", "--home", home.toString(), "--port", "0")
                .redirectErrorStream(true)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
        Pattern ready = Pattern.compile(" ready (http://\\S+)");
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher found = ready.matcher(line);
            if (found.find()) {
                address = found.group(1);
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
