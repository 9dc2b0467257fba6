package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line of the unpacked zip, beside a running node and on a stopped home. */
class CommandLineIT {
    private static final String CASES = """
            rules:
              list: doc.owner == auth.id
            cases:
              - {action: list, auth: {id: ann}, documents: {a: {owner: ann}, b: {owner: bob}}, visible: [a]}
            """;

    @TempDir
    Path home;

    @Test
    void watchGoesOnAfterARestartWithoutLoss() throws Exception {
        Operator operator = new Operator(home);
        Path output = Files.createTempFile("patchbay-watch", ".txt");
        Process watch;
        try (Node node = Node.start(home)) {
            operator.addAdmin();
            operator.run("collection", "create", "notes", "--index", "n");
            Rest admin = operator.login(node.uri());
            write(admin, 1);
            watch = new ProcessBuilder(
                            Distribution.shared().patchbay().toString(),
                            "watch",
                            "notes",
                            "--json",
                            "--home",
                            home.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .redirectOutput(output.toFile())
                    .start();
            awaitNumbers(output, 1);
            write(admin, 2);
            awaitNumbers(output, 2);
            node.kill();
        }
        try (Node node = Node.start(home)) {
            Rest admin = operator.login(node.uri());
            for (int n = 3; n <= 20; n++) {
                write(admin, n);
            }
            awaitNumbers(output, 20);
        } finally {
            watch.destroy();
            assertThat(watch.waitFor(30, TimeUnit.SECONDS)).isTrue();
            Files.delete(output);
        }
    }

    @Test
    void aNodeThatIsPausedKeepsNobodyWaiting() throws Exception {
        Operator operator = new Operator(home);
        Path output = Files.createTempFile("patchbay-watch", ".txt");
        Path notes = Files.createTempFile("patchbay-watch", ".txt");
        try (Node node = Node.start(home)) {
            operator.addAdmin();
            operator.run("collection", "create", "notes", "--index", "n");
            Rest admin = operator.login(node.uri());
            write(admin, 1);
            Process watch = new ProcessBuilder(
                            Distribution.shared().patchbay().toString(),
                            "watch",
                            "notes",
                            "--json",
                            "--timeout",
                            "6",
                            "--home",
                            home.toString())
                    .redirectError(notes.toFile())
                    .redirectOutput(output.toFile())
                    .start();
            try {
                awaitNumbers(output, 1);
                signal(node, "STOP");
                for (String[] command :
                        new String[][] {{"status"}, {"user", "delete", Operator.ADMIN}, {"watch", "notes"}, {"stop"}}) {
                    assertGivesUp(node, operator, command);
                }
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> Files.readString(notes).contains("gives no sign of life; waiting for it"));
            } finally {
                signal(node, "CONT");
            }
            // What nobody waits for any longer is not done.
            assertThat(operator.run("user", "list")).contains(Operator.ADMIN);
            write(admin, 2);
            awaitNumbers(output, 2);
            watch.destroy();
            assertThat(watch.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            Files.delete(output);
            Files.delete(notes);
        }
    }

    private static void assertGivesUp(Node node, Operator operator, String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--timeout", "1"));
        CommandResult result = operator.tryRun(words.toArray(new String[0]));
        assertThat(result.exitCode()).as(result.output()).isEqualTo(1);
        assertThat(result.output())
                .contains("(process " + node.pid() + ") has given no sign of life for 1 s")
                .hasLineCount(1);
    }

    private static void signal(Node node, String signal) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(node.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    private static void write(Rest admin, int n) {
        admin.post("/collections/notes/documents", Value.struct("n", Value.of(n)))
                .expect(201);
    }

    /** Each number once, in order. */
    private static void awaitNumbers(Path output, int last) {
        List<Long> expected = Stream.iterate(1L, n -> n + 1).limit(last).toList();
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(numbers(output)).isEqualTo(expected));
    }

    private static List<Long> numbers(Path output) throws IOException {
        List<Long> numbers = new ArrayList<>();
        String text = Files.readString(output);
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            Value.Struct event = (Value.Struct) Json.decodeEnvelope(line.getBytes(StandardCharsets.UTF_8));
            event.find("data")
                    .map(Value.Struct.class::cast)
                    .flatMap(data -> data.findInt("n"))
                    .ifPresent(numbers::add);
        }
        return numbers;
    }

    @Test
    void rulesAreTestedOnAnyHomeAndOnNone() throws IOException {
        Path file = Files.writeString(home.resolve("cases.yaml"), CASES);
        Operator nobody = new Operator(home.resolve("nowhere"));
        assertThat(nobody.run("rules", "test", file.toString())).contains("1 passed, 0 failed");
        assertThat(home.resolve("nowhere")).doesNotExist();

        Operator operator = new Operator(home.resolve("home"));
        operator.addAdmin();
        operator.run("collection", "create", "notes", "--rule", "list=doc.owner == auth.id");
        Path ofCollection = Files.writeString(
                home.resolve("collection.yaml"),
                CASES.replace("rules:\n  list: doc.owner == auth.id", "collection: notes")
                        .replace("[a]", "[b]"));
        CommandResult failed = operator.tryRun("rules", "test", ofCollection.toString());
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.output())
                .contains("- b   (should be visible)", "+ a   (should not be visible)", "0 passed, 1 failed");
        CommandResult refused = operator.tryRun("rules", "set", "notes", "read=doc.owner == ownr");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.output())
                .contains("  doc.owner == ownr\n               ^\n")
                .contains("line 1, column 14");
        assertThat(operator.run("rules", "show", "notes")).contains("read    (no rule: for admins alone)");
    }

    @Test
    void theDoctorFindsADamagedStoreAMissingAdapterAndAMistake() throws IOException {
        Operator operator = new Operator(home);
        try (Node node = Node.start(home)) {
            operator.addAdmin();
            operator.run("collection", "create", "notes");
            Rest admin = operator.login(node.uri());
            for (int n = 0; n < 100; n++) {
                admin.post("/collections/notes/documents", Value.struct("text", Value.of("x".repeat(2000) + n)))
                        .expect(201);
            }
            CommandResult healthy = operator.tryRun("doctor", "--json", "--quick-check");
            assertThat(healthy.exitCode()).as(healthy.output()).isZero();
            assertThat(healthy.output()).contains("\"running\":true").doesNotContain("\"store\"");
            node.stop();
        }
        CommandResult stopped = operator.tryRun("doctor", "--json");
        assertThat(stopped.output()).contains("\"running\":false").doesNotContain("[store]", "[bindings]");

        Files.writeString(home.resolve("conf/patchbay.yaml"), "listen:\n  prot: 1\n");
        damage(store());
        CommandResult ill = operator.tryRun("doctor");
        assertThat(ill.exitCode()).as(ill.output()).isEqualTo(1);
        assertThat(ill.output())
                .contains("error [configuration]", "unknown property listen.prot")
                .contains("error [store]", "is damaged");

        Path bindings = home.resolve("data/bindings");
        Files.writeString(
                bindings,
                Files.readString(bindings)
                        .replace("adapter=sqlite", "adapter=h2")
                        .replace("sealed=true", "sealed=false"));
        assertThat(operator.tryRun("doctor").output()).contains("adapter 'h2', which no installed plugin offers");
    }

    private Path store() throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve("data"))) {
            return files.filter(file -> file.endsWith("documents.sqlite"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Overwrites the inner pages of the tables; the head stays, so that it still looks like a store. */
    private static void damage(Path store) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(store.toFile(), "rw")) {
            byte[] noise = new byte[4096];
            java.util.Arrays.fill(noise, (byte) 0x5a);
            for (long at = 4096; at + noise.length <= file.length(); at += noise.length) {
                file.seek(at);
                file.write(noise);
            }
        }
    }

    @Test
    void aNodeWhoseBoundAdapterIsMissingNamesItAndServesWhenItIsBack() throws IOException {
        Operator operator = new Operator(home);
        operator.addAdmin();
        Path bindings = home.resolve("data/bindings");
        Files.writeString(
                bindings,
                Files.readString(bindings)
                        .replace("adapter=sqlite", "adapter=h2")
                        .replace("sealed=true", "sealed=false"));
        try (Node node = Node.launch(Distribution.shared(), home)) {
            assertThat(node.awaitLine("The documents are unavailable."))
                    .contains("No plugin offers the adapter 'h2'", "patchbay plugin install FILE", "are there: sqlite");
            assertThat(operator.tryRun("doctor").output()).contains("error [bindings]", "'h2'");
            // As the documentation says: into the inbox with it. Moved, as a jar that is still being copied is none.
            Path jar = Files.copy(SampleStore.jar(), home.resolve("store-h2.jar"));
            Files.move(jar, home.resolve("plugins/store-h2.jar"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            node.awaitLine("Documents are served by h2");
        }
    }

    @Test
    void aSlipOfThePenMakesNoHome() {
        Path typo = home.resolve("typo");
        CommandResult result = new Operator(typo).tryRun("user", "list");
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.output()).contains("There is no folder " + typo);
        assertThat(typo).doesNotExist();
    }
}
