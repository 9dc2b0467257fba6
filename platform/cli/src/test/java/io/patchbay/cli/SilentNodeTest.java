package io.patchbay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands beside a node that is there and doesn't answer. */
@Timeout(120)
class SilentNodeTest {
    private static final List<String> COMMANDS = List.of(
            "stop",
            "status",
            "plugin list",
            "plugin info x",
            "plugin install FILE.jar",
            "plugin update FILE.jar --dry-run",
            "plugin rollback x",
            "plugin start x",
            "plugin stop x",
            "plugin uninstall x",
            "store list",
            "store swap documents --to h2",
            "store rollback documents",
            "store drop documents",
            "user list",
            "user delete ann",
            "user enable ann",
            "user role ann --role user",
            "job list",
            "job cancel 1",
            "collection list",
            "collection info c",
            "collection create c",
            "collection delete c --yes",
            "rules show c",
            "rules set c list=true",
            "rules test FILE.yaml",
            "watch c",
            "import c FILE.csv",
            "export c",
            "doctor");

    @TempDir
    private Path home;

    private final List<AutoCloseable> toClose = new ArrayList<>();
    private ServerSocketChannel server;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectories(home.resolve("data"));
        Files.writeString(home.resolve("data").resolve("pid"), "4711\n");
        Files.writeString(home.resolve("file.jar"), "jar");
        Files.writeString(home.resolve("file.csv"), "a\n1\n");
        Files.writeString(home.resolve("file.yaml"), "rules: {}\ncases: []\n");
    }

    private void listen(int backlog) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(home.resolve("control.sock")), backlog);
        toClose.add(server);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : toClose) {
            closeable.close();
        }
    }

    @Test
    void everyCommandGivesUpAndSaysWhy() throws Exception {
        listen(COMMANDS.size());
        ExecutorService threads = Executors.newCachedThreadPool();
        toClose.add(threads::shutdownNow);
        Map<String, Future<String>> outcomes = new LinkedHashMap<>();
        for (String command : COMMANDS) {
            outcomes.put(command, threads.submit(() -> outcome(command)));
        }
        for (Map.Entry<String, Future<String>> outcome : outcomes.entrySet()) {
            assertThat(outcome.getValue().get())
                    .as(outcome.getKey())
                    .isEqualTo(
                            "1 patchbay: The node on " + home + " (process 4711) has given no sign of life for 1 s: it"
                                    + " hangs, or is paused (then 'kill -CONT' with its process wakes it); --timeout SECONDS waits"
                                    + " longer.\n");
        }
    }

    @Test
    void whereTooManyWaitForItAlreadyACommandGivesUpToo() throws Exception {
        listen(1);
        for (int i = 0; i < 2; i++) {
            toClose.add(SocketChannel.open(server.getLocalAddress()));
        }
        assertThat(outcome("status")).startsWith("1 patchbay: The node on ").contains("no sign of life for 1 s");
    }

    @Test
    void aNodeThatHasTakenTheRequestUpIsNotWaitedForWithoutEnd() throws IOException {
        try (FakeNode node = new FakeNode(home)) {
            node.answers(Value.struct("alive", Value.TRUE));
            assertThat(outcome("store swap documents --to h2"))
                    .isEqualTo(
                            "1 patchbay: The node on " + home + " (process 4711) took up what was asked, but has given"
                                    + " no sign of life for 1 s; whether it does it is unknown; --timeout SECONDS waits longer.\n");
        }
    }

    @Test
    void progressIsASignOfLife() throws Exception {
        listen(1);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        toClose.add(clock::shutdownNow);
        AtomicInteger told = new AtomicInteger();
        SocketChannel[] client = new SocketChannel[1];
        clock.scheduleAtFixedRate(
                () -> {
                    try {
                        if (client[0] == null) {
                            client[0] = server.accept();
                        }
                        boolean last = told.incrementAndGet() == 6;
                        send(client[0], last ? "result" : "progress");
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                },
                0,
                700,
                TimeUnit.MILLISECONDS);
        Terminal terminal = new Terminal();
        assertThat(terminal.run("store", "rollback", "documents", "--home", home.toString(), "--timeout", "3"))
                .as(terminal.err.toString())
                .isZero();
        assertThat(told).hasValueGreaterThanOrEqualTo(6);
    }

    private static void send(SocketChannel client, String kind) throws IOException {
        byte[] body = Cbor.encode(Value.struct(kind, Value.struct("text", Value.of("copying"))));
        client.write(ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .flip());
    }

    @Test
    void aTimeoutIsANumberOfSeconds() {
        for (String wrong : List.of("0", "-1", "86401", "99999999999", "soon")) {
            Terminal terminal = new Terminal();
            assertThat(terminal.run("status", "--home", home.toString(), "--timeout", wrong))
                    .as(wrong)
                    .isEqualTo(ExitCodes.WRONG_ARGUMENTS);
            assertThat(terminal.err.toString()).contains("--timeout", wrong);
        }
    }

    /** Exit code and what was told. */
    private String outcome(String command) {
        List<String> words = new ArrayList<>(Arrays.asList(
                command.replace("FILE", home.resolve("file").toString()).split(" ")));
        words.addAll(List.of("--home", home.toString(), "--timeout", "1"));
        Terminal terminal = new Terminal();
        return terminal.run(words.toArray(new String[0])) + " " + terminal.err;
    }
}
