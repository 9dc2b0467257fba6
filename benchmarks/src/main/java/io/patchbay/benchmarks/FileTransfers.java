package io.patchbay.benchmarks;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Documents a second through {@code patchbay import} and {@code patchbay export}, from the start of the command to its end, beside the bare store with the same documents in transactions of the same
 * size; all in turn, several times.
 *
 * <p>Arguments: the unpacked distribution, documents (300,000), rounds (3).
 */
public final class FileTransfers {
    private static final int TRANSACTION = 999;

    private final Path distribution;
    private final Path folder;
    private final List<Value.Struct> documents = new ArrayList<>();
    private final Map<String, List<double[]>> seen = new LinkedHashMap<>();

    private FileTransfers(Path distribution, Path folder) {
        this.distribution = distribution;
        this.folder = folder;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("patchbay-transfers");
        try {
            FileTransfers transfers = new FileTransfers(Path.of(arguments[0]).toAbsolutePath(), folder);
            transfers.make(arguments.length > 1 ? Integer.parseInt(arguments[1]) : 300_000);
            transfers.measure(arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3);
        } finally {
            Folders.delete(folder);
        }
    }

    private void make(int count) throws IOException {
        Random random = new Random(1);
        try (OutputStream lines = new BufferedOutputStream(Files.newOutputStream(folder.resolve("in.jsonl")));
                OutputStream csv = new BufferedOutputStream(Files.newOutputStream(folder.resolve("in.csv")))) {
            csv.write("code,name,country,population,lat,lng,about\n".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < count; i++) {
                Map<String, Value> fields = new LinkedHashMap<>();
                fields.put("code", Value.of("c" + i));
                fields.put("name", Value.of("city-" + random.nextInt(1_000_000)));
                fields.put("country", Value.of("C" + random.nextInt(200)));
                fields.put("population", Value.of(random.nextInt(10_000_000)));
                fields.put("lat", Value.of(random.nextInt(9_000_000) / 1e5));
                fields.put("lng", Value.of(random.nextInt(18_000_000) / 1e5));
                fields.put("about", Value.of("x".repeat(100)));
                Value.Struct document = new Value.Struct(fields);
                documents.add(document);
                lines.write(Json.encode(document));
                lines.write('\n');
                csv.write(csv(document).getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static String csv(Value.Struct document) {
        StringBuilder line = new StringBuilder();
        for (Value value : document.fields().values()) {
            line.append(line.length() == 0 ? "" : ",");
            line.append(
                    value instanceof Value.Text text
                            ? text.value()
                            : new String(Json.encode(value), StandardCharsets.UTF_8));
        }
        return line.append('\n').toString();
    }

    private void measure(int rounds) throws Exception {
        Figures.printMachine();
        try (Servers node = Servers.node(distribution)) {
            for (int round = -1; round < rounds; round++) {
                bareStore(round);
                imports(round, node);
                exports(round, node);
            }
        }
        print();
    }

    private void imports(int round, Servers node) throws Exception {
        String n = Integer.toString(round + 1);
        String csv = folder + "/in.csv";
        command(round, node, "import JSON lines", "import", "lines" + n, folder + "/in.jsonl");
        command(round, node, "import CSV", "import", "csv" + n, csv);
        command(round, node, "import CSV, ids from a field", "import", "ids" + n, csv, "--id", "code");
    }

    private void exports(int round, Servers node) throws Exception {
        command(round, node, "export JSON lines", "export", "lines0", folder + "/out.jsonl");
        command(round, node, "export CSV", "export", "csv0", folder + "/out.csv");
    }

    private void bareStore(int round) throws Exception {
        List<StoredDocument> encoded = BareStore.encode(documents);
        try (BareStore store = new BareStore()) {
            long began = System.nanoTime();
            store.load(encoded, TRANSACTION);
            note(round, "the bare store, transactions of " + TRANSACTION, System.nanoTime() - began, 0);
        }
    }

    private void command(int round, Servers node, String what, String... words) throws Exception {
        if (words[0].equals("import")) {
            node.command(distribution, "collection", "create", words[1]);
        }
        double cpuBefore = node.cpuSeconds();
        long began = System.nanoTime();
        node.command(distribution, words);
        long nanos = System.nanoTime() - began;
        note(round, what, nanos, node.cpuSeconds() - cpuBefore);
    }

    private void note(int round, String what, long nanos, double nodeCpuSeconds) {
        double rate = documents.size() / (nanos / 1e9);
        double cpuMicros = nodeCpuSeconds * 1e6 / documents.size();
        System.err.printf("%s: %,.0f documents/s, %.1f us of the node's CPU each%n", what, rate, cpuMicros);
        if (round >= 0) {
            seen.computeIfAbsent(what, unseen -> new ArrayList<>()).add(new double[] {rate, cpuMicros});
        }
    }

    private void print() {
        double reference = median(seen.values().iterator().next(), 0);
        seen.forEach((what, runs) -> {
            double rate = median(runs, 0);
            System.out.printf(
                    "%-45s %,8.0f documents/s (%,.0f-%,.0f)  %.2fx  node CPU %.1f us each%n",
                    what,
                    rate,
                    runs.stream().mapToDouble(run -> run[0]).min().orElseThrow(),
                    runs.stream().mapToDouble(run -> run[0]).max().orElseThrow(),
                    rate / reference,
                    median(runs, 1));
        });
    }

    private static double median(List<double[]> runs, int figure) {
        double[] sorted = runs.stream().mapToDouble(run -> run[figure]).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
