package io.patchbay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.protocol.MessageChannel;
import io.patchbay.testkit.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Open connections move between two transports, there and back, and their clients notice nothing. */
@Timeout(120)
class MoveTest {
    private static final int MOVES = 20;
    private static final int CLIENTS = 8;

    private TestNode one;
    private TestNode other;

    @BeforeEach
    void start() throws Exception {
        one = new TestNode();
        other = new TestNode();
        prepare(one);
        prepare(other);
    }

    /** The same with other clients: see {@link TlsSwapTest}. */
    void prepare(TestNode node) {}

    @AfterEach
    void stop() throws Exception {
        one.close();
        other.close();
    }

    private HttpTransport from(int move) {
        return move % 2 == 0 ? one.transport : other.transport;
    }

    @Test
    void webSocketsMoveInTheMiddleOfFramesAndMessages() throws Exception {
        Random random = Seeds.random("frames of MoveTest");
        List<EchoClient> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new EchoClient(one, new Random(random.nextLong())));
        }
        for (int move = 0; move < MOVES; move++) {
            for (EchoClient client : clients) {
                client.awaitMore(5);
            }
            HttpTransport from = from(move);
            HttpTransport to = from(move + 1);
            assertThat(Moves.all(from, to)).isEqualTo(CLIENTS);
            await().until(() -> from.connections() == 0 && to.connections() == CLIENTS);
        }
        for (EchoClient client : clients) {
            client.finish();
        }
        await().untilAsserted(() -> assertThat(one.connections.closed).hasValue(CLIENTS));
        assertThat(one.connections.opened).hasSize(CLIENTS);
        assertThat(other.connections.opened).isEmpty();
    }

    @Test
    void keptConnectionsMoveWithThePartOfARequestThatHasCome() throws Exception {
        for (TestNode node : List.of(one, other)) {
            node.providers.put(
                    "r",
                    TestNode.route(
                            request -> TestNode.now(request.findQuery("n").orElse("-")), "POST /r"));
        }
        Random random = Seeds.random("pieces of MoveTest");
        try (Socket client = one.connect()) {
            client.setTcpNoDelay(true);
            CompletableFuture<String> read = new CompletableFuture<>();
            new Thread(() -> EchoClient.complete(read, () -> readAnswers(client, 400)), "test-reader").start();
            int move = 0;
            ByteArrayOutputStream unsent = new ByteArrayOutputStream();
            for (int n = 0; n < 400; n++) {
                String body = "b".repeat(n % 5 == 0 ? 3000 : n % 7);
                unsent.writeBytes(("POST /r?n=" + n + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                                + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.US_ASCII));
                if (n % 3 == 2) {
                    // All but the end of the last head and its body; a request that has begun would have to end first.
                    byte[] bytes = unsent.toByteArray();
                    unsent.reset();
                    int cut = bytes.length - body.length() - 1 - random.nextInt(60);
                    client.getOutputStream().write(bytes, 0, cut);
                    if (n % 20 == 2) {
                        HttpTransport to = from(move + 1);
                        await().until(() -> Moves.all(to == one.transport ? other.transport : one.transport, to) == 1);
                        move++;
                    }
                    client.getOutputStream().write(bytes, cut, bytes.length - cut);
                }
            }
            client.getOutputStream().write(unsent.toByteArray());
            assertThat(read.get())
                    .isEqualTo(IntStream.range(0, 400).mapToObj(n -> n + ";").collect(Collectors.joining()));
            assertThat(move).isGreaterThanOrEqualTo(6);
        }
    }

    private static String readAnswers(Socket client, int count) throws IOException {
        DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(client.getInputStream()));
        StringBuilder bodies = new StringBuilder();
        for (int i = 0; i < count; i++) {
            int length = -1;
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                if (line.startsWith("Content-Length: ")) {
                    length = Integer.parseInt(line.substring("Content-Length: ".length()));
                }
                assertThat(line).doesNotContain("HTTP/1.1 4", "HTTP/1.1 5", "Connection: close");
            }
            bodies.append(new String(in.readNBytes(length), StandardCharsets.US_ASCII))
                    .append(';');
        }
        return bodies.toString();
    }

    @Test
    void tcpConnectionsMoveWithWhatTheirCodecLeft() throws Exception {
        one.protocol = Optional.of(EchoConnections.ECHO);
        one.connections.mostTaken = 700;
        byte[] sent = new byte[2 << 20];
        Seeds.random("bytes of MoveTest").nextBytes(sent);
        try (Socket client = one.connect()) {
            CompletableFuture<byte[]> read = new CompletableFuture<>();
            new Thread(
                            () -> EchoClient.complete(
                                    read, () -> client.getInputStream().readNBytes(sent.length)),
                            "test-reader")
                    .start();
            int parts = MOVES;
            int part = sent.length / parts;
            await().until(() -> one.connections.opened.size() == 1);
            for (int i = 0; i < parts; i++) {
                int from = i * part;
                client.getOutputStream().write(sent, from, i == parts - 1 ? sent.length - from : part);
                int move = i;
                await().until(() -> Moves.all(from(move), from(move + 1)) == 1);
            }
            assertThat(read.get()).isEqualTo(sent);
        }
        await().untilAsserted(() -> assertThat(one.connections.closed).hasValue(1));
    }

    /** Between its arrival there and its being crossed off here. */
    @Test
    void aTcpConnectionThatHasMovedIsNotAskedToComeBack() throws Exception {
        one.protocol = Optional.of(EchoConnections.ECHO);
        try (Socket client = one.connect()) {
            client.getOutputStream().write('a');
            assertThat(client.getInputStream().read()).isEqualTo('a');
            EchoConnections.Echo echo = one.connections.opened.get(0);
            MessageChannel before = echo.channel;
            await().until(echo::isQuiet);
            one.transport
                    .listMovable()
                    .get(0)
                    .release(Duration.ofSeconds(5))
                    .thenAccept(moved -> {
                        other.transport.adopt(moved.orElseThrow());
                        await().until(() -> echo.channel != before);
                        one.transport.drain();
                    })
                    .toCompletableFuture()
                    .join();
            await().until(() -> one.transport.connections() == 0);
            client.getOutputStream().write('b');
            assertThat(client.getInputStream().read()).isEqualTo('b');
        }
    }

    @Test
    void aClientThatDoesNotReadMovesWithAllThatWaitsForIt() throws Exception {
        one.protocol = Optional.of(EchoConnections.ECHO);
        byte[] sent = new byte[24 << 20];
        Seeds.random("slow reader of MoveTest").nextBytes(sent);
        try (Socket client = one.connect()) {
            new Thread(
                            () -> EchoClient.complete(new CompletableFuture<Integer>(), () -> {
                                client.getOutputStream().write(sent);
                                return 0;
                            }),
                            "test-writer")
                    .start();
            AtomicInteger before = new AtomicInteger(-1);
            await().pollInterval(Duration.ofMillis(200))
                    .until(() -> before.getAndSet(one.connections.received.get()) == one.connections.received.get());
            for (int move = 0; move < 6; move++) {
                int now = move;
                await().until(() -> Moves.all(from(now), from(now + 1)) == 1);
            }
            assertThat((long) one.connections.received.get() * HttpLimits.TCP_CHUNK_BYTES)
                    .as("it is still not read")
                    .isLessThan(20L << 20);
            assertThat(client.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
        }
    }

    @Test
    void whatIsBusyStaysAndIsServedToItsEnd() throws Exception {
        CompletableFuture<io.patchbay.api.http.HttpResponse> slow = new CompletableFuture<>();
        one.providers.put("r", TestNode.route(request -> slow, "GET /slow"));
        try (Socket client = one.connect()) {
            client.getOutputStream()
                    .write("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            await().until(() -> one.metrics.value("patchbay_http_requests_in_flight") == 1);
            for (var connection : one.transport.listMovable()) {
                assertThat(Moves.one(connection, other.transport, Duration.ofMillis(50)))
                        .isFalse();
            }
            var connection = one.transport.listMovable().get(0);
            CompletableFuture.delayedExecutor(20, java.util.concurrent.TimeUnit.MILLISECONDS)
                    .execute(() -> slow.complete(TestNode.text("late")));
            assertThat(readAnswers(client, 1)).isEqualTo("late;");
            assertThat(Moves.one(connection, other.transport, Duration.ofSeconds(5)))
                    .isTrue();
            client.getOutputStream()
                    .write("GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new DataInputStream(client.getInputStream()).readLine()).startsWith("HTTP/1.1 404");
        }
    }

    @Test
    void aClientThatLeavesMeanwhileIsForgottenByBoth() throws Exception {
        for (int i = 0; i < 30; i++) {
            Socket client = one.connect();
            client.getOutputStream()
                    .write(WebSocketTest.handshake(EchoConnections.ECHO, "").getBytes(StandardCharsets.US_ASCII));
            int opened = i + 1;
            await().until(() -> one.connections.opened.size() == opened);
            Thread leaving = new Thread(() -> EchoClient.complete(new CompletableFuture<Integer>(), () -> {
                client.close();
                return 0;
            }));
            leaving.start();
            Moves.all(one.transport, other.transport);
            leaving.join();
        }
        await().untilAsserted(() -> assertThat(one.connections.closed).hasValue(30));
        await().until(() -> one.transport.connections() == 0 && other.transport.connections() == 0);
    }

    @Test
    void aTransportThatWasDrainedServesAgain() throws Exception {
        one.transport.drain();
        one.transport.serve();
        assertThat(one.transport.describe().state()).isEqualTo("serving");
        EchoClient client = new EchoClient(one, new Random(1));
        client.awaitMore(20);
        client.finish();
        one.providers.put("r", TestNode.route(request -> TestNode.now("kept"), "GET /r"));
        try (Socket kept = one.connect()) {
            for (int i = 0; i < 2; i++) {
                kept.getOutputStream()
                        .write("GET /r HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(readAnswers(kept, 1)).isEqualTo("kept;");
            }
        }
        assertThat(one.transport.drain().toCompletableFuture())
                .as("a drain of its own")
                .succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void aTrialRunFindsNoFaultAndLeavesNoConnection() {
        assertThat(one.transport.findFault()).isEmpty();
        await().until(() -> one.transport.connections() == 0);
    }

    /** Writes numbered messages in frames of many shapes, split anywhere, and expects each back, in order. */
    private static final class EchoClient {
        private final Socket socket;
        private final DataInputStream in;
        private final Random random;
        private final AtomicBoolean ending = new AtomicBoolean();
        private final CompletableFuture<Integer> written = new CompletableFuture<>();
        private final CompletableFuture<Integer> read = new CompletableFuture<>();
        private volatile int echoed;
        private int pongs;

        EchoClient(TestNode node, Random random) throws IOException {
            this.random = random;
            socket = node.connect();
            in = new DataInputStream(socket.getInputStream());
            socket.getOutputStream()
                    .write(WebSocketTest.handshake(EchoConnections.ECHO, "").getBytes(StandardCharsets.US_ASCII));
            while (!in.readLine().isEmpty()) {
                // The head of the answer.
            }
            new Thread(() -> complete(written, this::write), "test-writer").start();
            new Thread(() -> complete(read, this::read), "test-reader").start();
        }

        static <T> void complete(CompletableFuture<T> result, java.util.concurrent.Callable<T> work) {
            try {
                result.complete(work.call());
            } catch (Exception | AssertionError e) {
                result.completeExceptionally(e);
            }
        }

        void awaitMore(int messages) {
            int before = echoed;
            await().until(() -> read.isCompletedExceptionally() || echoed >= before + messages);
        }

        void finish() throws Exception {
            ending.set(true);
            int count = written.get();
            assertThat(read.get()).isEqualTo(count);
            socket.close();
        }

        private int write() throws Exception {
            OutputStream out = socket.getOutputStream();
            int number = 0;
            while (!ending.get()) {
                byte[] bytes = message(number++);
                for (int at = 0; at < bytes.length; ) {
                    int piece = Math.min(1 + random.nextInt(random.nextBoolean() ? 4 : 3000), bytes.length - at);
                    out.write(bytes, at, piece);
                    at += piece;
                    if (random.nextInt(4) == 0) {
                        Thread.sleep(1);
                    }
                }
            }
            out.write(frame(8, true, new byte[] {3, (byte) 0xE8}));
            return number;
        }

        /** In one to three frames, with a ping in between now and then. */
        private byte[] message(int number) {
            byte[] text = content(number).getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int frames = 1 + random.nextInt(3);
            for (int i = 0; i < frames; i++) {
                int from = text.length * i / frames;
                int to = text.length * (i + 1) / frames;
                byte[] part = java.util.Arrays.copyOfRange(text, from, to);
                bytes.writeBytes(frame(i == 0 ? 1 : 0, i == frames - 1, part));
                if (random.nextInt(3) == 0) {
                    bytes.writeBytes(frame(9, true, ("ping" + number).getBytes(StandardCharsets.US_ASCII)));
                }
            }
            return bytes.toByteArray();
        }

        private static String content(int number) {
            return number + ":" + "ä€😀x".repeat(number * 37 % 211) + (number % 50 == 7 ? "y".repeat(70_000) : "");
        }

        private byte[] frame(int opCode, boolean last, byte[] payload) {
            byte[] mask = new byte[4];
            random.nextBytes(mask);
            byte[] frame = FrameTrack.frame(opCode, last, payload, payload.length);
            int at = frame.length - payload.length;
            System.arraycopy(mask, 0, frame, at - 4, 4);
            for (int i = 0; i < payload.length; i++) {
                frame[at + i] ^= mask[i % 4];
            }
            return frame;
        }

        private int read() throws Exception {
            while (true) {
                int first = in.readUnsignedByte();
                int length = in.readUnsignedByte();
                length = length == 126 ? in.readUnsignedShort() : length == 127 ? (int) in.readLong() : length;
                byte[] payload = in.readNBytes(length);
                switch (first & 0x0F) {
                    case 1 ->
                        assertThat(new String(payload, StandardCharsets.UTF_8)).isEqualTo(content(echoed++));
                    case 8 -> {
                        return echoed;
                    }
                    case 10 -> pongs++;
                    default -> throw new AssertionError("frame of " + (first & 0x0F));
                }
            }
        }
    }
}
