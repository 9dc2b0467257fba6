package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.document.Value;
import io.patchbay.client.ClientException;
import io.patchbay.client.PatchbayClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hooks of plugins in a node: what they refuse and stamp by every way, their update under writers, and those that don't work. {@code -Dpatchbay.hook.updates=N} makes it long. */
@Timeout(300)
class HookIT {
    private static final int UPDATES = Integer.getInteger("patchbay.hook.updates", 20);
    private static final int WRITERS = 4;
    private static final String PLUGIN = "io.patchbay.hook.validate";
    private static final String NO_NAME = "A city has a name.";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path home;

    @TempDir
    static Path files;

    private static Operator operator;
    private static Node node;
    private static Rest admin;
    private static Path sample;

    @BeforeAll
    static void start() throws IOException {
        operator = new Operator(home);
        operator.addAdmin();
        node = Node.start(home);
        admin = operator.login(node.uri());
        for (String name : List.of("cities", "others", MoodyHook.COLLECTION)) {
            admin.post("/collections", Value.struct("name", Value.of(name))).expect(201);
        }
        sample = Distribution.shared().folder().resolve("samples/patchbay-hook-validate-0.1.0.jar");
        assertThat(operator.run("plugin", "install", sample.toString(), "--dry-run"))
                .contains("hook  added  Changes pass the hook validate from the flip on.");
        operator.run("plugin", "install", sample.toString());
        operator.run("plugin", "install", MoodyHookJar.version("1.0.0", files).toString());
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Value.Struct city(String name) {
        return Value.struct("name", Value.of(name));
    }

    private static Value.Struct data(Rest.Answer answer) {
        return (Value.Struct) answer.json().fields().get("data");
    }

    @Test
    void aRefusalAndAStampReachTheSenderByEveryWay() throws IOException {
        Rest.Answer stamped = admin.put("/collections/cities/documents/rest", city("Saint-Étienne"))
                .expect(201);
        assertThat(data(stamped).findText("slug")).contains("saint-etienne");
        Rest.Answer refused =
                admin.put("/collections/cities/documents/bad", city(" ")).expect(422);
        assertThat(refused.code()).isEqualTo("HOOK_REFUSED");
        assertThat(refused.json().findText("detail")).contains(NO_NAME);
        assertThat(refused.json().findText("field")).contains("name");
        assertThat(refused.json().findText("hook")).contains("validate");
        admin.patch("/collections/cities/documents/rest", Value.struct("population", Value.of(-1)))
                .expect(422);

        try (Wire wire = Wire.connect(admin)) {
            wire.ask("put", "collection", Value.of("cities"), "document", Value.of("wire"), "data", city("Aix"));
            Wire.Refused overWire = catchThrowableOfType(
                    Wire.Refused.class,
                    () -> wire.ask(
                            "put", "collection", Value.of("cities"), "document", Value.of("bad"), "data", city("")));
            assertThat(overWire.code()).isEqualTo("HOOK_REFUSED");
            assertThat(overWire).hasMessageContaining(NO_NAME);
        }
        try (PatchbayClient client = PatchbayClient.of(node.uri())) {
            client.login(Operator.ADMIN, Operator.PASSWORD).join();
            client.collection("cities").put("java", city("Metz")).join();
            CompletionException failure = catchThrowableOfType(
                    CompletionException.class,
                    () -> client.collection("cities").put("bad", city("")).join());
            ClientException inJava = (ClientException) failure.getCause();
            assertThat(inJava.is(ErrorCode.HOOK_REFUSED)).isTrue();
            assertThat(inJava).hasMessageContaining(NO_NAME);
            assertThat(inJava.details().findText("field")).contains("name");
        }
        assertThat(slugs()).contains("saint-etienne", "aix", "metz").doesNotContain("none");
    }

    private static List<String> slugs() {
        return admin.all("cities", "limit=1000").stream()
                .map(document -> ((Value.Struct) document.fields().get("data"))
                        .findText("slug")
                        .orElse("none"))
                .toList();
    }

    @Test
    void aRowThatIsRefusedIsABadRow() throws IOException {
        Path rows = files.resolve("cities.csv");
        Files.writeString(rows, "id,name\ni1,Pau\ni2,\ni3,Albi\n");
        CommandResult imported =
                operator.tryRun("import", "cities", rows.toString(), "--id", "id", "--on-error", "skip");
        assertThat(imported.output()).contains("Line 3: " + NO_NAME).contains("1 bad row is left out");
        assertThat(slugs()).contains("pau", "albi").doesNotContain("none");
    }

    @Test
    void updatesUnderWritersFailNoWriteAndLetNoneSlipPast() throws Exception {
        assertThat(operator.run(
                        "plugin",
                        "update",
                        SampleStore.version(sample, "0.2.0", files).toString(),
                        "--dry-run"))
                .contains("Hook validate: changes pass the new version from the flip on");
        try (Writers writers = new Writers()) {
            for (int i = 1; i <= UPDATES; i++) {
                writers.awaitMore(40);
                operator.run(
                        "plugin",
                        "update",
                        SampleStore.version(sample, "0.1." + i, files).toString());
                if (i % 5 == 0) {
                    String version = "1." + i + ".0";
                    operator.run(
                            "plugin",
                            "update",
                            MoodyHookJar.version(version, files).toString());
                    Rest.Answer written = admin.put("/collections/moods/documents/after", city("x"));
                    assertThat(data(written).findText(MoodyHook.VERSION)).contains(version);
                }
            }
            writers.awaitMore(40);
            writers.close();
            System.out.printf(
                    "%d updates of a hook under %d writes, %d of them refused by it%n",
                    UPDATES, writers.written.get() + writers.refused.get(), writers.refused.get());
            assertThat(writers.failures).isEmpty();
        }
        assertThat(slugs()).doesNotContain("none");
        assertThat(admin.all("moods", "limit=1000"))
                .allSatisfy(document -> assertThat(
                                ((Value.Struct) document.fields().get("data")).findText(MoodyHook.VERSION))
                        .isPresent());
        assertThat(operator.run("plugin", "list")).contains("0.1." + UPDATES);
        assertThat(node.log()).doesNotContain(" ERROR ");
    }

    /** Each writes what is refused and what is stamped by turns, over REST and over a WebSocket. */
    private static final class Writers implements AutoCloseable {
        private final AtomicInteger written = new AtomicInteger();
        private final AtomicInteger refused = new AtomicInteger();
        private final List<String> failures = new CopyOnWriteArrayList<>();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean stopping;

        Writers() {
            for (int i = 0; i < WRITERS; i++) {
                int number = i;
                Thread thread = new Thread(() -> run(number), "writer-" + i);
                threads.add(thread);
                thread.start();
            }
        }

        private void run(int number) {
            try (Wire wire = Wire.connect(admin)) {
                for (int i = 0; !stopping; i++) {
                    boolean overWire = number % 2 == 0;
                    String id = "w" + number + "-" + i % 50;
                    expect("nothing", write(overWire, wire, "cities", id, city("City " + i)));
                    expect("HOOK_REFUSED", write(overWire, wire, "cities", id, city(" ")));
                    expect("nothing", write(overWire, wire, MoodyHook.COLLECTION, id, city("Mood " + i)));
                    written.addAndGet(2);
                    refused.incrementAndGet();
                }
            } catch (RuntimeException | AssertionError e) {
                failures.add(e.toString());
            }
        }

        private void expect(String expected, String code) {
            if (!code.equals(expected)) {
                failures.add("expected " + expected + ", got " + code);
            }
        }

        /** @return the code that it was refused with */
        private static String write(boolean overWire, Wire wire, String collection, String id, Value.Struct data) {
            if (overWire) {
                try {
                    wire.ask("put", "collection", Value.of(collection), "document", Value.of(id), "data", data);
                    return "nothing";
                } catch (Wire.Refused e) {
                    return e.code();
                }
            }
            Rest.Answer answer = admin.put("/collections/" + collection + "/documents/" + id, data);
            return answer.status() < 300 ? "nothing" : answer.code();
        }

        void awaitMore(int writes) {
            int from = written.get();
            await().atMost(PATIENCE).until(() -> written.get() >= from + writes || !failures.isEmpty());
            assertThat(failures).isEmpty();
        }

        @Override
        public void close() throws InterruptedException {
            stopping = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    @Test
    void aHookThatThrowsOrHangsIsIsolatedAndTheNodeServes() {
        for (String mood : List.of(MoodyHook.THROWS, MoodyHook.HANGS)) {
            Value.Struct moody = city("x").with(MoodyHook.MOOD, Value.of(mood));
            List<CompletableFuture<Rest.Answer>> bad = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                String path = "/collections/moods/documents/" + mood + i;
                bad.add(CompletableFuture.supplyAsync(() -> admin.put(path, moody)));
                // Whatever the hook does, others are served.
                admin.put("/collections/others/documents/o", city("x"));
                assertThat(data(admin.put("/collections/cities/documents/meanwhile", city("Nice")))
                                .findText("slug"))
                        .contains("nice");
            }
            for (CompletableFuture<Rest.Answer> answer : bad) {
                answer.join().expect(503);
                assertThat(answer.join().code()).isEqualTo("HOOK_UNAVAILABLE");
                assertThat(answer.join().text())
                        .contains("have to pass the hook 'moody'")
                        .doesNotContain("its own trouble");
            }
            assertThat(node.log()).contains("The hook moody").contains("it is isolated until");
            // Well again, it is let back in by the first call that comes after the isolation.
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(admin.put("/collections/moods/documents/well", city("x"))
                                    .status())
                            .isIn(200, 201));
            assertThat(operator.run("status", "--tree")).contains("moody");
            assertThat(admin.get("/collections/moods/documents/" + mood + "0").status())
                    .isEqualTo(404);
        }
    }

    @Test
    void aNodeThatIsStartedAgainTakesNothingPastItsHooks() {
        node.kill();
        node = Node.start(home);
        admin = operator.login(node.uri());
        assertThat(admin.put("/collections/cities/documents/bad", city("")).code())
                .isEqualTo("HOOK_REFUSED");
        operator.run("plugin", "uninstall", PLUGIN);
        admin.put("/collections/cities/documents/free", city("")).expect(201);
        admin.delete("/collections/cities/documents/free").expect(204);
        operator.run("plugin", "install", sample.toString());
    }
}
