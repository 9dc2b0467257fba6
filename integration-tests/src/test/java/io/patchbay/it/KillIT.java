package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Kill -9 at the worst moments. The next start needs nobody's help, what was acknowledged is there, and a swap or an install that was broken off has happened or has not.
 *
 * <p>{@code -Dpatchbay.kills=N} sets how often is killed at random moments, {@code -Dpatchbay.kill.seed=N} repeats them.
 */
class KillIT {
    private static final int KILLS = Integer.getInteger("patchbay.kills", 20);
    private static final long SEED = Long.getLong("patchbay.kill.seed", System.nanoTime());
    private static final int DOCUMENTS = 4000;
    /** As of a process that ended by SIGKILL. */
    private static final int KILLED = 137;

    @TempDir
    Path home;

    @TempDir
    Path jars;

    private final Random random = new Random(SEED);
    private Node node;
    private Operator operator;
    private Rest admin;
    private SteadyWriters writers;

    @BeforeEach
    void startWriting() {
        System.out.println("KillIT: seed " + SEED);
        node = Node.start(home);
        operator = new Operator(home);
        operator.addAdmin();
        admin = operator.login(node.uri());
        writers = new SteadyWriters(admin);
        writers.goOn(admin);
        writers.awaitProgress(20);
    }

    @AfterEach
    void end() {
        writers.close();
        node.close();
    }

    /** After a kill; and writes on. */
    private void startAgain() {
        writers.awaitEnd();
        node = Node.start(home);
        goOn();
    }

    private void goOn() {
        admin = admin.at(node.uri());
        writers.goOn(admin);
        writers.awaitProgress(20);
    }

    /** Stops the node and starts one that halts at {@code failpoint}. */
    private void startToFailAt(String failpoint) {
        writers.stop();
        assertThat(node.stop()).isZero();
        node = Node.launch(
                Distribution.shared(),
                home,
                Map.of("PATCHBAY_JAVA_OPTS", "-Dpatchbay.classArchive=off -Dpatchbay.failpoint=" + failpoint));
        node.readyLine();
        goOn();
    }

    /** Runs a command under which the node dies. */
    private void fails(String... command) {
        CommandResult result = operator.tryRun(command);
        assertThat(result.exitCode())
                .as("%s: %s", String.join(" ", command), result.output())
                .isNotZero();
        assertThat(node.awaitExit()).isEqualTo(KILLED);
    }

    private void pause(int millis) {
        try {
            assertThat(new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS))
                    .isFalse();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void acknowledgedWritesOutliveKills() {
        killOften(KILLS / 2);
        // The sample store too; and a node that was stopped in order in between.
        operator.run("plugin", "install", SampleStore.jar().toString());
        operator.run("store", "swap", "documents", "--to", "h2", "--plaintext");
        operator.run("store", "drop", "documents");
        killOften(KILLS - KILLS / 2);
        writers.stop();
        writers.verify(admin);
        assertThat(node.log()).doesNotContain(" ERROR ");
        System.out.println("KillIT: " + writers.acknowledged() + " acknowledged writes outlived " + KILLS + " kills");
    }

    private void killOften(int times) {
        for (int i = 0; i < times; i++) {
            pause(random.nextInt(500));
            node.kill();
            startAgain();
            if (random.nextInt(4) == 0) {
                writers.stop();
                assertThat(node.stop()).isZero();
                node = Node.start(home);
                goOn();
            }
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void swapIsUndoneOrDoneWhereverItIsBrokenOff() throws IOException {
        operator.run("plugin", "install", SampleStore.jar().toString());
        fill();
        for (String phase : List.of("documents", "history", "outcomes", "filled", "level", "paused")) {
            startToFailAt("migration." + phase);
            fails("store", "swap", "documents", "--to", "h2", "--plaintext");
            startAgain();
            assertServing("sqlite", Optional.empty());
        }
        startToFailAt("migration.switched");
        fails("store", "swap", "documents", "--to", "h2", "--plaintext");
        startAgain();
        assertServing("h2", Optional.of("sqlite"));
        writers.stop();
        writers.verify(admin);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void wayBackIsUndoneOrDoneWhereverItIsBrokenOff() throws IOException {
        operator.run("plugin", "install", SampleStore.jar().toString());
        fill();
        startToFailAt("migration.switched");
        fails("store", "swap", "documents", "--to", "h2", "--plaintext");
        startAgain();
        assertServing("h2", Optional.of("sqlite"));
        startToFailAt("migration.back.paused");
        fails("store", "rollback", "documents");
        startAgain();
        assertServing("h2", Optional.of("sqlite"));
        startToFailAt("migration.back.switched");
        fails("store", "rollback", "documents");
        startAgain();
        assertServing("sqlite", Optional.of("h2"));

        operator.run("store", "drop", "documents");
        assertServing("sqlite", Optional.empty());
        operator.run("store", "swap", "documents", "--to", "h2", "--plaintext");
        assertServing("h2", Optional.of("sqlite"));
        writers.stop();
        writers.verify(admin);
        assertThat(admin.get("/collections/bulk/documents/" + (DOCUMENTS - 1))
                        .expect(200)
                        .status())
                .isEqualTo(200);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void swapIsUndoneOrDoneWhenItIsKilledAtRandomMoments() throws IOException {
        operator.run("plugin", "install", SampleStore.jar().toString());
        fill();
        String serving = "sqlite";
        for (int i = 0; i < Math.max(1, KILLS / 3); i++) {
            String to = serving.equals("sqlite") ? "h2" : "sqlite";
            CompletableFuture<CommandResult> swap =
                    CompletableFuture.supplyAsync(() -> operator.tryRun(SampleStore.swapTo(to)));
            pause(400 + random.nextInt(2000));
            node.kill();
            boolean told = swap.join().exitCode() == 0;
            startAgain();
            Value.Struct store = store();
            serving = store.findText("adapter").orElseThrow();
            if (told) {
                assertThat(serving).isEqualTo(to);
            }
            assertServing(
                    serving, serving.equals(to) ? Optional.of(to.equals("h2") ? "sqlite" : "h2") : Optional.empty());
            if (serving.equals(to)) {
                operator.run("store", "drop", "documents");
            }
        }
        writers.stop();
        writers.verify(admin);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aRotationOfTheDataKeysEndsAtTheNextStartWhereverItIsBrokenOff() throws IOException {
        fill();
        for (String phase : List.of("documents", "paused", "switched", "sealed.marked", "sealed.dropped")) {
            startToFailAt("migration." + phase);
            fails("keys", "rotate", "--data");
            startAgain();
            Awaitility.await().atMost(60, TimeUnit.SECONDS).untilAsserted(() -> {
                assertThat(operator.run("keys", "status")).as("after %s", phase).doesNotContain("sealed still");
                assertThat(operator.run("job", "list")).doesNotContain("running");
            });
            assertServing("sqlite", Optional.empty());
        }
        writers.stop();
        writers.verify(admin);
        assertThat(admin.get("/collections/bulk/documents/" + (DOCUMENTS - 1)).status())
                .isEqualTo(200);
        assertThat(admin.get("/collections/bulk/documents?filter=n%20%3E=%20" + (DOCUMENTS - 10))
                        .expect(200)
                        .items())
                .hasSize(10);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void pluginIsInstalledOrNotWhereverItIsBrokenOff() {
        for (String step : List.of("begin", "store", "start", "check")) {
            breakOff(step, "install", SampleStore.jar().toString());
            assertThat(installedVersion()).as("after %s", step).isEmpty();
        }
        breakOff("want", "install", SampleStore.jar().toString());
        assertThat(installedVersion()).contains("0.1.0");

        Path update = SampleStore.version("0.2.0", jars);
        for (String step : List.of("install", "check")) {
            breakOff(step, "update", update.toString());
            assertThat(installedVersion()).as("after %s", step).contains("0.1.0");
        }
        breakOff("drain", "update", update.toString());
        assertThat(installedVersion()).contains("0.2.0");

        // What is installed works.
        operator.run("store", "swap", "documents", "--to", "h2", "--plaintext");
        operator.run("store", "swap", "documents", "--to", "sqlite");
        operator.run("store", "drop", "documents");
        breakOff("want", "uninstall", SampleStore.PLUGIN);
        assertThat(installedVersion()).isEmpty();
        writers.stop();
        writers.verify(admin);
    }

    private void breakOff(String step, String... command) {
        startToFailAt("plugins." + step);
        List<String> words = new ArrayList<>(List.of("plugin"));
        words.addAll(List.of(command));
        fails(words.toArray(String[]::new));
        startAgain();
    }

    private Optional<String> installedVersion() {
        return admin.get("/plugins").expect(200).items().stream()
                .filter(plugin -> plugin.findText("name").equals(Optional.of(SampleStore.PLUGIN)))
                .map(plugin -> plugin.findText("version").orElseThrow())
                .findFirst();
    }

    private void fill() {
        admin.post("/collections", Value.struct("name", Value.of("bulk"), "indexes", Value.array(Value.of("n"))))
                .expect(201);
        for (int from = 0; from < DOCUMENTS; from += 1000) {
            List<Value> operations = new ArrayList<>();
            for (int i = from; i < from + 1000; i++) {
                Value.Struct data = Value.struct("n", Value.of(i), "text", Value.of("x".repeat(500)));
                operations.add(Value.struct(
                        "op",
                        Value.of("put"),
                        "collection",
                        Value.of("bulk"),
                        "document",
                        Value.of(String.valueOf(i)),
                        "data",
                        data));
            }
            admin.post("/transactions", Value.struct("operations", new Value.Array(operations)))
                    .expect(200);
        }
    }

    private Value.Struct store() {
        String json = operator.run("store", "list", "--json");
        return (Value.Struct) ((Value.Array) Json.decode(json.strip().getBytes(StandardCharsets.UTF_8)))
                .items()
                .get(0);
    }

    /** Of a swap nothing is left over, and what serves has everything. */
    private void assertServing(String adapter, Optional<String> follower) throws IOException {
        Value.Struct store = store();
        assertThat(store.findText("adapter")).as("%s", store).contains(adapter);
        assertThat(store.findText("follower")).as("%s", store).isEqualTo(follower);
        assertThat(store.findText("fault")).as("%s", store).isEmpty();
        try (Stream<Path> folders = Files.list(home.resolve("data"))) {
            List<String> stores = folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> name.startsWith("documents-"))
                    .map(name -> name.substring(name.lastIndexOf('-') + 1))
                    .toList();
            assertThat(stores)
                    .containsExactlyInAnyOrderElementsOf(
                            Stream.concat(Stream.of(adapter), follower.stream()).toList());
        }
        Rest.Answer bulk = admin.get(
                        "/collections/bulk/documents?limit=1&sort=-n&filter=" + Rest.encode("n < " + DOCUMENTS))
                .expect(200);
        assertThat(bulk.items().get(0).findText("id")).contains(String.valueOf(DOCUMENTS - 1));
    }
}
