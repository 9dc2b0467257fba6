package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.Limits;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys and values over HTTP and the command line, on the store that the distribution brings. */
@Timeout(180)
class KeyValueIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String SECRET = "n0where-in-clear";

    @TempDir
    Path home;

    private static Rest.Answer put(Rest who, String path, String value, String... headers) {
        List<String> all = new ArrayList<>(List.of("Content-Type", "text/plain"));
        all.addAll(List.of(headers));
        return who.send("PUT", "/kv/" + path, BodyPublishers.ofString(value), all.toArray(String[]::new));
    }

    private static Rest admin(Node node, Path home) {
        Operator operator = new Operator(home);
        operator.addAdmin();
        return operator.login(node.uri());
    }

    private static void define(Rest admin, String bucket, Value.Struct rules) {
        admin.put("/kv/" + bucket, Value.struct("rules", rules)).expect(200);
    }

    @Test
    void whatIsPutOutlivesAKillAndStandsNowhereInClear() {
        long revision;
        try (Node node = Node.start(home)) {
            Rest admin = admin(node, home);
            define(admin, "notes", Value.Struct.EMPTY);
            put(admin, "notes/" + SECRET + "%2Fkey", SECRET + " value").expect(201);
            byte[] large = new byte[Limits.KEY_VALUE_BYTES];
            java.util.Arrays.fill(large, (byte) 'v');
            Rest.Answer done = admin.send(
                            "PUT",
                            "/kv/notes/large",
                            BodyPublishers.ofByteArray(large),
                            "Content-Type",
                            "application/x-large")
                    .expect(201);
            revision = done.json().findInt("revision").orElseThrow();
            admin.send("PUT", "/kv/notes/larger", BodyPublishers.ofByteArray(new byte[large.length + 1]))
                    .expect(413);
            node.kill();
        }
        assertNowhere(SECRET);
        try (Node again = Node.start(home)) {
            Rest admin = new Operator(home).login(again.uri());
            Rest.Answer read = admin.get("/kv/notes/" + SECRET + "/key").expect(200);
            assertThat(read.text()).isEqualTo(SECRET + " value");
            assertThat(read.header("Content-Type")).contains("text/plain");
            Rest.Answer large = admin.get("/kv/notes/large").expect(200);
            assertThat(large.response().body()).hasSize(Limits.KEY_VALUE_BYTES).containsOnly((byte) 'v');
            assertThat(large.header("ETag")).contains("\"" + revision + "\"");
            assertThat(put(admin, "notes/next", "1").expect(201).json().findInt("revision"))
                    .hasValueSatisfying(next -> assertThat(next).isGreaterThan(revision));
            Awaitility.await()
                    .atMost(LIMIT)
                    .untilAsserted(
                            () -> assertThat(admin.get("/kv/notes").expect(200).items())
                                    .extracting(item -> item.findText("key").orElseThrow())
                                    .containsExactly("large", SECRET + "/key", "next"));
            assertThat(again.log()).doesNotContain(" ERROR ");
        }
    }

    /** That no file of the home has the text. */
    private void assertNowhere(String text) {
        try (Stream<Path> files = Files.walk(home)) {
            assertThat(files.filter(Files::isRegularFile)
                            .filter(file -> !file.startsWith(home.resolve("data/cache")))
                            .filter(file -> read(file).contains(text)))
                    .isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void clientsWhoCompareAndSetACounterLoseNoIncrement() throws Exception {
        int clients = 8;
        int increments = 25;
        try (Node node = Node.start(home)) {
            Rest admin = admin(node, home);
            define(admin, "counters", Value.Struct.EMPTY);
            put(admin, "counters/n", "0").expect(201);
            ExecutorService threads = Executors.newFixedThreadPool(clients);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < clients; i++) {
                    all.add(threads.submit(() -> {
                        for (int n = 0; n < increments; n++) {
                            increment(admin);
                        }
                    }));
                }
                for (Future<?> one : all) {
                    one.get();
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(admin.get("/kv/counters/n").text()).isEqualTo(String.valueOf(clients * increments));
        }
    }

    private static void increment(Rest who) {
        while (true) {
            Rest.Answer now = who.get("/kv/counters/n").expect(200);
            String next = String.valueOf(Integer.parseInt(now.text()) + 1);
            Rest.Answer put =
                    put(who, "counters/n", next, "If-Match", now.header("ETag").orElseThrow());
            if (put.status() == 200) {
                return;
            }
            put.expect(412);
        }
    }

    @Test
    void aWatchTellsWritesAndExpiriesAndRulesHold() {
        try (Node node = Node.start(home)) {
            Rest admin = admin(node, home);
            new Operator(home).addUser("bob", "user");
            Rest bob = Rest.login(node.uri(), "bob", Operator.PASSWORD);
            define(
                    admin,
                    "s",
                    Value.struct(
                            "read", Value.of("key.startsWith('public/')"),
                            "write", Value.of("auth != null && key.startsWith(auth.name + '/')")));
            Rest stranger = Rest.stranger(node.uri());
            try (EventStreamClient client = new EventStreamClient(
                    node.uri(), "/events/kv?bucket=s&prefix=public", java.util.Optional.empty())) {
                Awaitility.await()
                        .atMost(LIMIT)
                        .until(() -> client.events("subscribed").size() == 1);
                put(bob, "s/bob%2Fown", "1").expect(201);
                put(bob, "s/public%2Fa", "1").expect(403);
                put(stranger, "s/public%2Fa", "1").expect(401);
                put(admin, "s/public%2Fa?ttl=1", "1").expect(201);
                admin.post(
                                "/kv/s/batch",
                                Value.struct(
                                        "operations",
                                        Value.array(
                                                operation("put", "public/b").with("text", Value.of("1")),
                                                operation("delete", "bob/own"),
                                                operation("check", "none").with("ifAbsent", Value.TRUE))))
                        .expect(200);
                // The key is gone for its readers as soon as its time is over, whenever it is deleted.
                Awaitility.await()
                        .atMost(LIMIT)
                        .until(() -> client.events("change").size() == 3);
                assertThat(client.events("change"))
                        .extracting(
                                event -> ((Value.Struct) event.find("change").orElseThrow()))
                        .extracting(change -> change.findText("op").orElseThrow() + " "
                                + change.findText("key").orElseThrow())
                        // On a machine that is slow enough the time is over before the batch comes.
                        .containsExactlyInAnyOrder("put public/a", "put public/b", "expire public/a");
                assertThat(stranger.get("/kv/s/public/a").expect(404).code()).isEqualTo("KEY_NOT_FOUND");
                assertThat(bob.get("/kv/s/bob/own").expect(404).code()).isEqualTo("KEY_NOT_FOUND");
                assertThat(stranger.get("/kv/s/public/b").expect(200).text()).isEqualTo("1");
            }
        }
    }

    private static Value.Struct operation(String op, String key) {
        return Value.struct("op", Value.of(op), "key", Value.of(key));
    }

    @Test
    void addressesThatAreNoKeysAreRefused() {
        try (Node node = Node.start(home)) {
            Rest admin = admin(node, home);
            define(admin, "b", Value.Struct.EMPTY);
            assertThat(put(admin, "b/a%0Ab", "1").expect(400).code()).isEqualTo("KEY_INVALID");
            assertThat(put(admin, "b/a%00b", "1").expect(400).code()).isEqualTo("MALFORMED");
            assertThat(put(admin, "b/a%C3", "1").expect(400).code()).isEqualTo("MALFORMED");
            assertThat(put(admin, "b/" + "x".repeat(Limits.KEY_BYTES + 1), "1")
                            .expect(400)
                            .code())
                    .isEqualTo("KEY_INVALID");
            assertThat(put(admin, "b/a%2F..%2Fb", "1").expect(400).code()).isEqualTo("KEY_INVALID");
            assertThat(put(admin, "none/a", "1").expect(404).code()).isEqualTo("BUCKET_NOT_FOUND");
            assertThat(admin.get("/kv/b?start=z&end=a").expect(400).code()).isEqualTo("BAD_REQUEST");
            assertThat(admin.get("/kv/b?limit=-1").expect(400).code()).isEqualTo("BAD_REQUEST");
            String odd = "a%20%3F%23%25%C3%A9%F0%9F%98%80%2F%2Fb";
            put(admin, "b/" + odd, "odd").expect(201);
            assertThat(admin.get("/kv/b/" + odd).expect(200).text()).isEqualTo("odd");
            assertThat(admin.get("/kv/b").expect(200).items().get(0).findText("key"))
                    .contains("a ?#%é\uD83D\uDE00//b");
        }
    }

    @Test
    void anUpdateOfTheAdapterFailsNoWriter() throws Exception {
        try (Node node = Node.start(home)) {
            Rest admin = admin(node, home);
            define(admin, "b", Value.Struct.EMPTY);
            ExecutorService writer = Executors.newSingleThreadExecutor();
            AtomicBoolean stop = new AtomicBoolean();
            try {
                Future<Integer> written = writer.submit(() -> {
                    int count = 0;
                    while (!stop.get()) {
                        put(admin, "b/k" + count, "1").expect(201);
                        count++;
                    }
                    return count;
                });
                String jar = BundleVersion.ofCore("store-rocksdb", "0.2.0", home.resolve("data"))
                        .toString();
                Operator operator = new Operator(home);
                assertThat(operator.run("plugin", "install", jar, "--dry-run"))
                        .contains("Keys and values on rocksdb, if there are any, are reopened");
                assertThat(operator.run("plugin", "install", jar)).contains("updated from");
                put(admin, "b/after", "1").expect(201);
                stop.set(true);
                int count = written.get();
                assertThat(admin.get("/kv/b/k" + (count - 1)).expect(200).text())
                        .isEqualTo("1");
                assertThat(admin.get("/kv/b/k0").expect(200).text()).isEqualTo("1");
            } finally {
                stop.set(true);
                writer.shutdownNow();
            }
            assertThat(node.log()).doesNotContain(" ERROR ");
        }
    }

    @Test
    void theCommandLineReadsAndWritesBesideANodeAndOnAStoppedHome() {
        Operator operator = new Operator(home);
        try (Node node = Node.start(home)) {
            operator.run("kv", "bucket", "define", "b", "--rule", "read=auth != null");
            assertThat(operator.run("kv", "put", "b", "a/1", "one", "--if-absent"))
                    .contains("Put a/1 at revision ");
            assertThat(operator.run("kv", "get", "b", "a/1")).isEqualTo("one");
            assertThat(node.log()).doesNotContain(" ERROR ");
        }
        assertThat(operator.run("kv", "list", "b", "--json")).contains("\"key\":\"a/1\"");
        assertThat(operator.run("kv", "delete", "b", "a/1")).contains("Deleted a/1.");
        assertThat(operator.run("kv", "bucket", "list")).contains("auth != null");
    }
}
