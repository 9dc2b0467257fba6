package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.BufferedOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code patchbay import} and {@code patchbay export} as an operator uses them, on a node that may be killed. */
class TransferIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int CITIES = 20_000;
    private static final int ROWS = 100_000;

    @TempDir
    static Path folder;

    private static Operator operator;
    private static Node node;

    @BeforeAll
    static void start() throws IOException {
        operator = new Operator(Files.createDirectory(folder.resolve("home")));
        node = Node.start(operator.home());
        operator.addAdmin();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void realDataGoesThereAndBackInEveryFormat() throws IOException {
        List<Value.Struct> cities = PublishedCities.read().subList(0, CITIES);
        Map<String, Value.Struct> expected = new TreeMap<>();
        List<Value> rows = new ArrayList<>();
        for (int i = 0; i < cities.size(); i++) {
            String id = String.format("%06d", i);
            expected.put(id, cities.get(i));
            rows.add(withId(id, cities.get(i)));
        }
        Path file = folder.resolve("cities.json");
        Files.write(file, Json.encode(new Value.Array(rows)));
        for (String next : List.of("cities.csv", "cities.jsonl.gz", "again.json")) {
            String collection = "there_" + next.replace('.', '_');
            operator.run("collection", "create", collection);
            assertThat(operator.run("import", collection, file.toString())).contains("20,000 documents");
            file = folder.resolve(next);
            assertThat(operator.run("export", collection, file.toString()))
                    .contains("20,000 documents")
                    .contains("as of position");
        }
        assertThat(documents(Json.decode(Files.readAllBytes(file)))).isEqualTo(expected);
        String country = cities.get(0).findText("country").orElseThrow();
        long count = cities.stream()
                .filter(city -> city.findText("country").orElse("").equals(country))
                .count();
        Path some = folder.resolve("some.jsonl");
        operator.run(
                "export", "there_again_json", some.toString(), "--filter", "country == \"" + country + "\"", "--no-id");
        assertThat(Files.readAllLines(some)).hasSize((int) count).noneMatch(line -> line.contains("_id"));
    }

    private static Value withId(String id, Value.Struct data) {
        Map<String, Value> fields = new TreeMap<>(data.fields());
        fields.put("_id", Value.of(id));
        return new Value.Struct(fields);
    }

    private static Map<String, Value.Struct> documents(Value rows) {
        Map<String, Value.Struct> documents = new TreeMap<>();
        for (Value row : ((Value.Array) rows).items()) {
            Map<String, Value> fields = new TreeMap<>(((Value.Struct) row).fields());
            Value id = fields.remove("_id");
            documents.put(((Value.Text) id).value(), new Value.Struct(fields));
        }
        return documents;
    }

    @Test
    void aBadRowIsNamedAndStopsTheRestAsAsked() throws IOException {
        Path file = folder.resolve("bad.csv");
        Files.writeString(file, "id,n\na,1\nb\nc,3\n");
        String[] command = {"import", "stops", file.toString(), "--id", "id"};
        operator.run("collection", "create", "stops");
        assertThat(failure(with(command, "--on-error", "nothing")))
                .contains("Line 3: There are 1 fields, and 2 columns. Nothing is imported.");
        assertThat(exported("stops")).isEmpty();
        assertThat(failure(command)).contains("Line 3: There are 1 fields, and 2 columns. 1 document of");
        assertThat(exported("stops")).containsExactly("{\"_id\":\"a\",\"n\":1,\"id\":\"a\"}");
        // Mended, the same command goes on behind the first row; done, it has nothing more to do.
        Files.writeString(file, "id,n\na,1\nb,2\nc,3\n");
        assertThat(operator.run(command)).contains("Going on behind row 1").contains("2 documents");
        assertThat(exported("stops")).hasSize(3);
        assertThat(operator.run(command)).contains("were imported already");
        // What was imported has changed: a new import, whose rows are there.
        Files.writeString(file, "id,n\na,7\nb,2\nd,4\n");
        assertThat(failure(command)).contains("Line 2: There is a document 'a' already. Nothing of");
        assertThat(operator.run(with(command, "--on-error", "skip", "--restart")))
                .contains("Line 2: There is a document 'a' already.")
                .contains("Line 3: There is a document 'b' already.")
                .contains("2 bad rows are left out");
        assertThat(Files.readAllLines(folder.resolve("bad.csv.rejected.jsonl")))
                .containsExactly(
                        "{\"line\":2,\"error\":\"There is a document 'a' already.\"}",
                        "{\"line\":3,\"error\":\"There is a document 'b' already.\"}");
        assertThat(exported("stops")).hasSize(4).contains("{\"_id\":\"a\",\"n\":1,\"id\":\"a\"}");
        assertThat(operator.run(with(command, "--existing", "replace", "--restart")))
                .contains("3 documents");
        assertThat(exported("stops")).hasSize(4).contains("{\"_id\":\"a\",\"n\":7,\"id\":\"a\"}");
        assertThat(operator.run(with(command, "--existing", "keep", "--restart")))
                .contains("0 documents")
                .contains("3 were there already and kept");
        Files.writeString(file, "id,n\nx,1\nx,2\n");
        assertThat(failure(with(command, "--on-error", "nothing")))
                .contains("Line 3: The id 'x' comes twice in the file. Nothing is imported.");
        Files.writeString(file, "id,n\nx,1\na,2\n");
        assertThat(failure(with(command, "--on-error", "nothing")))
                .contains("Line 3: There is a document 'a' already. Nothing is imported.");
        assertThat(exported("stops")).hasSize(4);
    }

    @Test
    void aFileThatWasChangedWhereItWasReadIsRefused() throws IOException {
        Path file = folder.resolve("changed.jsonl");
        Files.writeString(file, "{\"n\":1}\n{\"n\":2}\n{\n");
        operator.run("collection", "create", "changed");
        failure("import", "changed", file.toString());
        Files.writeString(file, "{\"n\":1}\n{\"n\":5}\n{\"n\":3}\n");
        assertThat(failure("import", "changed", file.toString()))
                .contains("2 rows, does not stand at its beginning any more")
                .contains("--restart begins anew");
        assertThat(failure("import", "changed", file.toString(), "--existing", "keep"))
                .contains("other options");
    }

    @Test
    void aNodeAndACommandThatAreKilledLoseNothingAndRepeatNothing() throws Exception {
        Path file = rows();
        Path home = Files.createDirectory(folder.resolve("killed"));
        Operator killed = new Operator(home);
        Node first = Node.start(home);
        try {
            killed.run("collection", "create", "rows");
            Process command = startImport(home, file);
            awaitProgress(home, command);
            first.kill();
            first = Node.start(home);
            awaitText(home, command, "The node has gone; waiting for it.");
            awaitProgress(home, command);
            command.destroyForcibly().waitFor();
            assertThat(killed.run("import", "rows", file.toString())).contains("Going on behind row");
            assertThat(killed.run("import", "rows", file.toString())).contains("were imported already");
            assertAllRows(killed);
        } finally {
            first.close();
        }
    }

    @Test
    void anImportGoesOnWhileTheStoreIsSwapped() throws Exception {
        Path file = rows();
        Path home = Files.createDirectory(folder.resolve("swapped"));
        Operator swapping = new Operator(home);
        try (Node swapped = Node.start(home)) {
            assertThat(swapped.isAlive()).isTrue();
            swapping.run("plugin", "install", SampleStore.jar().toString());
            swapping.run("collection", "create", "rows");
            Process command = startImport(home, file);
            awaitProgress(home, command);
            swapping.run("store", "swap", "documents", "--to", "h2", "--plaintext");
            assertThat(command.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(command.exitValue()).as(Files.readString(output(home))).isZero();
            assertAllRows(swapping);
        }
    }

    private static Path rows() throws IOException {
        Path file = folder.resolve("rows.jsonl");
        if (!Files.exists(file)) {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                for (int i = 0; i < ROWS; i++) {
                    out.write(("{\"n\":" + i + ",\"text\":\"" + "x".repeat(60) + "\"}\n")
                            .getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return file;
    }

    /** Each once. */
    private static void assertAllRows(Operator exporting) throws IOException {
        Path exported = folder.resolve("exported.jsonl");
        exporting.run("export", "rows", exported.toString(), "--no-id");
        List<Long> numbers = Files.readAllLines(exported).stream()
                .map(line -> ((Value.Struct) Json.decode(line.getBytes(StandardCharsets.UTF_8)))
                        .findInt("n")
                        .orElseThrow())
                .sorted()
                .toList();
        assertThat(numbers).hasSize(ROWS);
        assertThat(numbers.get(0)).isZero();
        assertThat(numbers.get(ROWS - 1)).isEqualTo(ROWS - 1);
        assertThat(numbers.stream().distinct().count()).isEqualTo(ROWS);
    }

    private static Process startImport(Path home, Path file) throws IOException {
        return new ProcessBuilder(
                        Distribution.shared().patchbay().toString(),
                        "import",
                        "rows",
                        file.toString(),
                        "--home",
                        home.toString())
                .redirectErrorStream(true)
                .redirectOutput(output(home).toFile())
                .start();
    }

    private static Path output(Path home) {
        return home.resolveSibling(home.getFileName() + ".txt");
    }

    /** Waits until another piece of the rows is in. */
    private static void awaitProgress(Path home, Process command) throws IOException {
        long lines = lines(home);
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> lines(home) > lines || !command.isAlive());
        assertThat(command.isAlive()).as(Files.readString(output(home))).isTrue();
    }

    private static long lines(Path home) {
        try (var lines = Files.lines(output(home))) {
            return lines.filter(line -> line.contains(" documents, ")).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitText(Path home, Process command, String text) {
        await().atMost(LIMIT).until(() -> Files.readString(output(home)).contains(text) || !command.isAlive());
        assertThat(command.isAlive()).isTrue();
    }

    @Test
    void anExportSeesWholeTransactionsWhileWritersWrite() {
        int accounts = 3000;
        operator.run("collection", "create", "accounts");
        Rest admin = operator.login(node.uri());
        Path file = folder.resolve("accounts.csv");
        StringBuilder rows = new StringBuilder("id,amount\n");
        IntStream.range(0, accounts).forEach(i -> rows.append(i).append(",100\n"));
        try {
            Files.writeString(file, rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        operator.run("import", "accounts", file.toString(), "--id-as", "id");
        AtomicBoolean done = new AtomicBoolean();
        int[] amounts = new int[accounts];
        Arrays.fill(amounts, 100);
        CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> {
            int moves = 0;
            while (!done.get()) {
                // From one end of the collection to the other.
                int from = moves % 700;
                int to = accounts - 1 - moves % 900;
                amounts[from] -= 1;
                amounts[to] += 1;
                admin.post(
                                "/transactions",
                                Value.struct("operations", Value.array(put(from, amounts), put(to, amounts))))
                        .expect(200);
                moves++;
            }
            return moves;
        });
        try {
            for (int round = 0; round < 4; round++) {
                List<String> documents = exported("accounts");
                assertThat(documents).hasSize(accounts);
                long sum = documents.stream()
                        .mapToLong(document -> ((Value.Struct) Json.decode(document.getBytes(StandardCharsets.UTF_8)))
                                .findInt("amount")
                                .orElseThrow())
                        .sum();
                assertThat(sum).isEqualTo(100L * accounts);
            }
        } finally {
            done.set(true);
        }
        assertThat(writer.join()).isPositive();
    }

    private static Value put(int account, int[] amounts) {
        return Value.struct(
                "op", Value.of("put"),
                "collection", Value.of("accounts"),
                "document", Value.of(Integer.toString(account)),
                "data", Value.struct("amount", Value.of(amounts[account])));
    }

    @Test
    void anEndlessLineTakesNoMemory() throws Exception {
        operator.run("collection", "create", "endless");
        ProcessBuilder builder = new ProcessBuilder(
                        Distribution.shared().patchbay().toString(),
                        "import",
                        "endless",
                        "-",
                        "--format",
                        "jsonl",
                        "--on-error",
                        "skip",
                        "--home",
                        operator.home().toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("endless.txt").toFile());
        builder.environment().put("PATCHBAY_JAVA_OPTS", "-Xmx48m");
        Process command = builder.start();
        byte[] piece = new byte[1 << 20];
        Arrays.fill(piece, (byte) 'x');
        try (OutputStream in = command.getOutputStream()) {
            in.write("{\"n\":1}\n".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < 256; i++) {
                in.write(piece);
            }
            in.write("\n{\"n\":2}\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(command.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(folder.resolve("endless.txt")))
                .contains("Line 2: The row is longer than 4 MiB.")
                .contains("2 documents");
        assertThat(exported("endless")).hasSize(2);
    }

    @Test
    void whatCantBeDoneIsSaidInOneSentence() throws IOException {
        Path file = folder.resolve("some.txt");
        Files.writeString(file, "x");
        operator.run("collection", "create", "refused");
        assertThat(failure("import", "refused", folder.resolve("gone.csv").toString()))
                .contains("There is no file");
        assertThat(failure("import", "refused", file.toString())).contains("give --format json, jsonl or csv");
        assertThat(failure("import", "nowhere", folder.resolve("cities.csv").toString(), "--format", "csv"))
                .containsAnyOf("There is no collection 'nowhere'", "There is no file");
        assertThat(failure("import", "_users", file.toString(), "--format", "csv"))
                .contains("There is no collection '_users'");
        assertThat(failure("export", "refused", "--filter", "n ==")).contains("filter");
        assertThat(failure("import", "refused", "-", "--format", "csv", "--on-error", "nothing"))
                .contains("save it as a file first");
        Path utf16 = folder.resolve("utf16.csv");
        Files.writeString(utf16, "a\n1\n", StandardCharsets.UTF_16);
        assertThat(failure("import", "refused", utf16.toString())).contains("UTF-16");
        Path cut = folder.resolve("cut.json");
        Files.writeString(cut, "[{\"n\":1},{\"n\":2},{\"n\"");
        assertThat(failure("import", "refused", cut.toString()))
                .contains("Line 1: The file ends within its JSON: it is not whole. 2 documents of");
        assertThat(failure("import", "refused", cut.toString(), "--restart", "--on-error", "nothing"))
                .contains("Nothing is imported.");
        assertThat(exported("refused")).hasSize(2);
    }

    /** A link, a pipe and a device are read from and written to, not replaced by a file. */
    @Test
    void linksAndPipesAreUsedAsTheyAre() throws Exception {
        operator.run("collection", "create", "linked");
        Path rows = folder.resolve("linked.jsonl");
        Files.writeString(rows, "{\"_id\":\"a\",\"n\":1}\n");
        Path in = pipe("in.jsonl");
        CompletableFuture<Void> written = CompletableFuture.runAsync(() -> copy(rows, in));
        operator.run("import", "linked", in.toString());
        written.get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        Path file = Files.writeString(folder.resolve("behind-link.jsonl"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link.jsonl"), file);
        operator.run("export", "linked", link.toString());
        assertThat(link).isSymbolicLink();
        assertThat(file).hasSameTextualContentAs(rows);

        Path out = pipe("out.jsonl");
        Path read = folder.resolve("read.jsonl");
        CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> copy(out, read));
        operator.run("export", "linked", out.toString());
        reading.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(read).hasSameTextualContentAs(rows);
        assertThat(Files.isRegularFile(out)).isFalse();
    }

    private static Path pipe(String name) throws IOException, InterruptedException {
        Path pipe = folder.resolve(name);
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        return pipe;
    }

    private static void copy(Path from, Path to) {
        try (InputStream in = new FileInputStream(from.toFile());
                OutputStream out = new FileOutputStream(to.toFile())) {
            in.transferTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String[] with(String[] command, String... more) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private static List<String> exported(String collection) {
        return operator.run("export", collection)
                .lines()
                .filter(line -> line.startsWith("{"))
                .toList();
    }

    private static String failure(String... command) {
        CommandResult result = operator.tryRun(command);
        assertThat(result.exitCode()).as(result.output()).isNotZero();
        // A sentence, and no stack trace that happens to hold it.
        assertThat(result.output()).doesNotContain("\tat ");
        return result.output();
    }
}
