package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import io.patchbay.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sample protocol is installed into a node and updated under its open connections, which write and follow changes: none is closed, no event is missed, repeated or out of order, and every request
 * is answered. {@code -Dpatchbay.lines.updates=N} makes it long.
 */
@Timeout(600)
class ProtocolUpdateIT {
    private static final int CONNECTIONS = Integer.getInteger("patchbay.lines.connections", 200);
    private static final int UPDATES = Integer.getInteger("patchbay.lines.updates", 5);
    private static final long WRITE_EVERY_MS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern LISTENING = Pattern.compile("Listening on 127\\.0\\.0\\.1:(\\d+) for lines");

    @TempDir
    Path home;

    @TempDir
    Path jars;

    private final List<CompletableFuture<Value.Struct>> writes = Collections.synchronizedList(new ArrayList<>());

    @Test
    void aProtocolIsUpdatedUnderItsOpenConnections() throws Exception {
        Random random = Seeds.random("writers of the protocol lines");
        Path first = Distribution.shared().folder().resolve("samples/patchbay-protocol-lines-0.1.0.jar");
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/patchbay.yaml"), "listen: {tcp: [{protocol: lines, port: 0}]}");
        Operator operator = new Operator(home);
        operator.addAdmin();
        List<LineClient> clients = new ArrayList<>();
        ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();
        try (Node node = Node.start(home)) {
            Rest admin = operator.login(node.uri());
            admin.post("/collections", Value.struct("name", Value.of("items"))).expect(201);
            operator.run("plugin", "install", first.toString());
            Matcher port = LISTENING.matcher(node.log());
            assertThat(port.find()).as(node.log()).isTrue();
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(
                        connect(Integer.parseInt(port.group(1)), admin.token().orElseThrow(), i));
            }
            writer.scheduleAtFixedRate(() -> write(clients, random), 0, WRITE_EVERY_MS, TimeUnit.MILLISECONDS);
            for (int i = 2; i < 2 + UPDATES; i++) {
                goOn();
                operator.run(
                        "plugin",
                        "update",
                        SampleStore.version(first, "0." + i + ".0", jars).toString());
            }
            goOn();
            writer.shutdown();
            assertThat(writer.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            verify(clients);
            assertThat(node.log()).doesNotContain(" ERROR ");
            assertThat(operator.run("plugin", "list")).contains("0." + (1 + UPDATES) + ".0");
            comeBackWhereTheStateIsNotAdopted(operator, first, clients, Integer.parseInt(port.group(1)), admin);
            System.out.printf("%d connections, %d updates, %d writes%n", CONNECTIONS, UPDATES, writes.size());
        } finally {
            writer.shutdownNow();
            for (LineClient client : clients) {
                client.close();
            }
        }
    }

    private static LineClient connect(int port, String token, int number) throws IOException {
        LineClient client = new LineClient(port);
        client.login(token);
        client.ask("changes", "sub", 1, "collection", "items").join();
        if (number % 4 == 0) {
            client.ask("watch", "sub", 2, "collection", "items", "filter", "n < 0")
                    .join();
        }
        return client;
    }

    /** The line in two packets, often: the update finds a part of it in the codec. */
    private void write(List<LineClient> clients, Random random) {
        LineClient client = clients.get(random.nextInt(clients.size()));
        Value.Struct data =
                Value.struct("n", Value.of(writes.size()), "text", Value.of("ä€😀".repeat(random.nextInt(20))));
        writes.add(client.ask(
                random.nextInt(200), "put", "collection", "items", "document", "d" + random.nextInt(50), "data", data));
    }

    private void goOn() {
        int before = writes.size();
        await().atMost(PATIENCE).until(() -> writes.size() > before + 50);
    }

    private void verify(List<LineClient> clients) {
        List<Long> revisions = writes.stream()
                .map(CompletableFuture::join)
                .map(reply -> ((Value.Int) reply.fields().get("revision")).value())
                .sorted()
                .toList();
        for (LineClient client : clients) {
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(revisionsSeen(client)).hasSizeGreaterThanOrEqualTo(revisions.size()));
            assertThat(revisionsSeen(client)).isEqualTo(revisions);
            assertThat(client.end()).isEmpty();
        }
    }

    /** The last version keeps its state in another form: clients are asked to come back, and miss nothing. */
    private void comeBackWhereTheStateIsNotAdopted(
            Operator operator, Path first, List<LineClient> clients, int port, Rest admin) throws IOException {
        String version = "0." + (2 + UPDATES) + ".0";
        Path other = BundleVersion.of(
                first,
                version,
                jars.resolve("other.jar"),
                xml -> xml.replaceAll("(patchbay.state.[a-z]+\".*value=)\"1\"", "$1\"2\""));
        CommandResult refused = operator.tryRun("plugin", "update", other.toString());
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.output())
                .contains(version + " cannot adopt the state of Protocol lines (version 1); its " + CONNECTIONS
                        + " connections would have to reconnect: say --reconnect");
        assertThat(clients).allMatch(client -> client.end().isEmpty());
        String position = lastPosition(clients.get(0));
        operator.run("plugin", "update", other.toString(), "--reconnect");
        for (LineClient client : clients) {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(client.end()).isEqualTo("the node closed it"));
            Value.Struct last = client.events().get(client.countEvents() - 1);
            assertThat(last.findText("event")).contains("closing");
            assertThat(last.findText("reason"))
                    .hasValueSatisfying(reason -> assertThat(reason).matches("retry in \\d+ ms"));
        }
        Value.Struct data = Value.struct("n", Value.of(-1));
        admin.put("/collections/items/documents/while-away", data).expect(201);
        try (LineClient back = new LineClient(port)) {
            back.login(admin.token().orElseThrow());
            back.ask("changes", "sub", 1, "collection", "items", "since", position)
                    .join();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(back.countEvents()).isEqualTo(1));
            assertThat(back.events().toString()).contains("while-away");
        }
    }

    private static String lastPosition(LineClient client) {
        return client.events().stream()
                .filter(event -> event.fields().get("sub").equals(Value.of(1)))
                .reduce((before, after) -> after)
                .flatMap(event -> event.findText("position"))
                .orElseThrow();
    }

    private static List<Long> revisionsSeen(LineClient client) {
        List<Long> seen = new ArrayList<>();
        for (Value.Struct event : client.events()) {
            if (event.fields().get("sub").equals(Value.of(1))) {
                assertThat(event.findText("event")).contains("changes");
                for (Value change : ((Value.Array) event.fields().get("changes")).items()) {
                    seen.add(((Value.Int) ((Value.Struct) change).fields().get("revision")).value());
                }
            }
        }
        return seen;
    }
}
