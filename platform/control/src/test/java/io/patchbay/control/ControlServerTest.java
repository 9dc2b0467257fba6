package io.patchbay.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlServerTest {
    @TempDir
    private Path home;

    private final CountDownLatch hold = new CountDownLatch(1);
    private final List<AutoCloseable> toClose = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        hold.countDown();
        for (AutoCloseable closeable : toClose) {
            closeable.close();
        }
    }

    @Test
    void requestIsAnsweredAfterItsProgress() throws Exception {
        ControlClient client = client(server(home, Duration.ofSeconds(30)));
        client.send(Value.struct("op", Value.of("work"), "name", Value.of("x")));

        assertThat(client.read()).isEqualTo(Value.struct("progress", Value.struct("text", Value.of("half"))));
        assertThat(client.read()).isEqualTo(Value.struct("result", Value.of("done x")));
        assertThat(client.ask(Value.struct("op", Value.of("echo")))).isEqualTo(Value.struct("result", Value.NULL));
    }

    @Test
    void failuresHaveCodeAndSentence() throws Exception {
        ControlClient client = client(server(home, Duration.ofSeconds(30)));

        assertError(
                client.ask(Value.struct("op", Value.of("nonsense"))),
                ErrorCode.BAD_REQUEST,
                "There is no control operation 'nonsense'.");
        assertError(client.ask(Value.Struct.EMPTY), ErrorCode.BAD_REQUEST, "A control request names its 'op'.");
        assertError(
                client.ask(Value.struct("op", Value.of("work"))),
                ErrorCode.BAD_REQUEST,
                "'name' is missing in the request.");
        assertError(
                client.ask(Value.struct("op", Value.of("echo"), "extra", Value.TRUE)),
                ErrorCode.UNKNOWN_FIELD,
                "There is no field 'extra' in the request. It may hold: op.");
        assertError(client.ask(Value.struct("op", Value.of("fail"))), ErrorCode.CONFLICT, "It can't be.");
        assertError(
                client.ask(Value.struct("op", Value.of("crash"))),
                ErrorCode.INTERNAL,
                "Something failed inside the node; its log says what.");
    }

    @Test
    void socketIsTheOwnersAloneAndGoneAfterwards() throws Exception {
        ControlServer server = server(home, Duration.ofSeconds(30));

        Path socket = home.resolve("control.sock");
        assertThat(server.socket()).isEqualTo(socket);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        try (var files = Files.list(home)) {
            assertThat(files).containsExactly(socket);
        }
        server.close();
        assertThat(socket).doesNotExist();
    }

    @Test
    void whatAKilledNodeLeftIsReplaced() throws Exception {
        Files.writeString(home.resolve("control.sock"), "left");
        Files.writeString(home.resolve("control.path"), "/nowhere");

        ControlClient client = client(server(home, Duration.ofSeconds(30)));

        assertThat(client.ask(Value.struct("op", Value.of("echo")))).isEqualTo(Value.struct("result", Value.NULL));
        assertThat(home.resolve("control.path")).doesNotExist();
    }

    @Test
    void longHomePointsToAPrivateShortPlace() throws Exception {
        Path longHome = Files.createDirectories(home.resolve("a".repeat(60)).resolve("b".repeat(60)));
        ControlServer server = server(longHome, Duration.ofSeconds(30));

        Path socket = Path.of(Files.readString(longHome.resolve("control.path")).strip());
        assertThat(socket).isEqualTo(server.socket());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
                .isEqualTo("rwx------");
        assertThat(client(server).ask(Value.struct("op", Value.of("echo"))))
                .isEqualTo(Value.struct("result", Value.NULL));
        server.close();
        assertThat(socket.getParent()).doesNotExist();
        assertThat(longHome.resolve("control.path")).doesNotExist();
    }

    @Test
    void garbageIsRefusedAndHarmsNobodyElse() throws Exception {
        ControlServer server = server(home, Duration.ofSeconds(30));
        ControlClient good = client(server);

        assertError(raw(server, frame(new byte[] {(byte) 0xff, 1, 2})), ErrorCode.MALFORMED);
        assertError(raw(server, frame(new byte[] {1})), ErrorCode.BAD_REQUEST);
        assertError(raw(server, new byte[] {0x7f, -1, -1, -1}), ErrorCode.TOO_LARGE);
        assertError(raw(server, new byte[] {-1, -1, -1, -1}), ErrorCode.TOO_LARGE);
        assertError(raw(server, "GET / HTTP/1.1\r\n\r\n".getBytes()), ErrorCode.TOO_LARGE);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] noise = new byte[1 + random.nextInt(64)];
            random.nextBytes(noise);
            assertThat(raw(server, frame(noise)).fields()).as("seed " + seed).containsOnlyKeys("error");
        }
        assertThat(good.ask(Value.struct("op", Value.of("echo")))).isEqualTo(Value.struct("result", Value.NULL));
    }

    @Test
    void silentClientIsCutOff() throws Exception {
        ControlClient silent = client(server(home, Duration.ofMillis(100)));

        assertThatThrownBy(silent::read).isInstanceOf(IOException.class);
    }

    @Test
    void connectionsAreBounded() throws Exception {
        ControlServer server = server(home, Duration.ofSeconds(30));
        for (int i = 0; i < ControlServer.CONNECTIONS_MAX; i++) {
            client(server).send(Value.struct("op", Value.of("wait")));
        }
        Awaitility.await().until(() -> server.connections() == ControlServer.CONNECTIONS_MAX);

        assertThatThrownBy(() -> client(server).ask(Value.struct("op", Value.of("echo"))))
                .isInstanceOf(IOException.class);
    }

    private ControlServer server(Path folder, Duration idle) throws IOException {
        Map<String, ControlOperation> operations = Map.of(
                "echo",
                        (fields, messages) -> {
                            fields.done();
                            return Value.NULL;
                        },
                "work",
                        (fields, messages) -> {
                            String name = fields.requireText("name");
                            messages.send(Value.struct("progress", Value.struct("text", Value.of("half"))));
                            return Value.of("done " + name);
                        },
                "wait",
                        (fields, messages) -> {
                            try {
                                hold.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return Value.NULL;
                        },
                "fail",
                        (fields, messages) -> {
                            throw new PatchbayException(ErrorCode.CONFLICT, "It can't be.");
                        },
                "crash",
                        (fields, messages) -> {
                            throw new IllegalStateException("crash of a test");
                        });
        ControlServer server = ControlServer.open(folder, () -> operations, idle);
        toClose.add(server);
        return server;
    }

    private ControlClient client(ControlServer server) throws IOException {
        ControlClient client = new ControlClient(server.socket());
        toClose.add(client);
        return client;
    }

    private static Value.Struct raw(ControlServer server, byte[] bytes) throws IOException {
        try (ControlClient client = new ControlClient(server.socket())) {
            client.sendRaw(bytes);
            return client.read();
        }
    }

    private static byte[] frame(byte[] body) {
        return ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    private static void assertError(Value.Struct reply, ErrorCode code) {
        Value.Struct error = (Value.Struct) reply.find("error").orElseThrow();
        assertThat(error.findText("code")).contains(code.name());
    }

    private static void assertError(Value.Struct reply, ErrorCode code, String message) {
        assertError(reply, code);
        assertThat(((Value.Struct) reply.find("error").orElseThrow()).findText("message"))
                .contains(message);
    }
}
