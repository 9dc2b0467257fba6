package io.patchbay.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long a node takes from the start of its process to the line "ready", beside the time that a bare {@code java -version} takes on the same machine at the same time. Runs as a single source file, without a build.
 */
public final class Startup {

    private static final int DEFAULT_RUNS = 10;
    private static final int ARCHIVE_LIMIT_SECONDS = 120;

    private final Path patchbay;
    private final Path home;
    private final int runs;

    private Startup(Path patchbay, Path home, int runs) {
        this.patchbay = patchbay;
        this.home = home;
        this.runs = runs;
    }

    /** Arguments: the unpacked distribution, and how many runs (10). */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 0) {
            System.err.println("Usage: startup.sh UNPACKED_DISTRIBUTION [RUNS]");
            System.exit(2);
        }
        Path patchbay = Path.of(arguments[0], "bin", "patchbay").toAbsolutePath();
        int runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : DEFAULT_RUNS;
        new Startup(patchbay, Files.createTempDirectory("patchbay-startup"), runs).measure();
    }

    private void measure() throws IOException, InterruptedException {
        System.out.printf(
                "Java %s, %d cores, %d runs each%n",
                Runtime.version(), Runtime.getRuntime().availableProcessors(), runs);
        long firstMs = start("-Dpatchbay.classArchive=off");
        System.out.printf("first start of a new home           %5d ms%n", firstMs);
        Path archive = makeArchive();
        Path aside = archive.resolveSibling("aside");
        List<Long> bare = new ArrayList<>();
        List<Long> without = new ArrayList<>();
        List<Long> with = new ArrayList<>();
        // In turn, so that whatever else the machine does falls on all three alike.
        for (int i = 0; i < runs; i++) {
            bare.add(javaVersion());
            with.add(start("-Dpatchbay.classArchive=off"));
            Files.move(archive, aside);
            without.add(start("-Dpatchbay.classArchive=off"));
            Files.move(aside, archive);
        }
        print("java -version", bare);
        print("start -> ready, no class archive", without);
        print("start -> ready, with class archive", with);
    }

    private static void print(String what, List<Long> timesMs) {
        long[] sorted = timesMs.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf("%-35s median %5d ms   %s%n", what, sorted[sorted.length / 2], Arrays.toString(sorted));
    }

    private static long javaVersion() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.waitFor();
        return elapsedMs(begin);
    }

    /** Starts a node, waits until it is ready, and stops it; returns the time to "ready". */
    private long start(String javaOptions) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Process node = launch(javaOptions);
        long readyMs = awaitReady(node, begin);
        node.toHandle().destroy();
        node.waitFor();
        return readyMs;
    }

    private Path makeArchive() throws IOException, InterruptedException {
        Process node = launch("-Dpatchbay.classArchive=now");
        awaitReady(node, System.nanoTime());
        Path key = home.resolve("data/cache/classes-" + Runtime.version().feature() + ".key");
        for (int i = 0; i < ARCHIVE_LIMIT_SECONDS && !Files.exists(key); i++) {
            Thread.sleep(1000);
        }
        node.toHandle().destroy();
        node.waitFor();
        Path archive = home.resolve("data/cache/classes-" + Runtime.version().feature() + ".jsa");
        if (!Files.exists(archive)) {
            throw new IOException("The node made no class archive within " + ARCHIVE_LIMIT_SECONDS + " s.");
        }
        System.out.printf("class archive                       %5d KiB%n", Files.size(archive) / 1024);
        return archive;
    }

    private Process launch(String javaOptions) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(patchbay.toString(), "run", "--home", home.toString(), "--port", "0");
        builder.environment().put("PATCHBAY_JAVA_OPTS", javaOptions);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.redirectErrorStream(true).start();
    }

    private static long awaitReady(Process node, long begin) throws IOException {
        BufferedReader output =
                new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder seen = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.contains(" ready ")) {
                return elapsedMs(begin);
            }
            seen.append(line).append('\n');
        }
        throw new IOException("The node ended before it was ready:\n" + seen);
    }

    private static long elapsedMs(long begin) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }
}
