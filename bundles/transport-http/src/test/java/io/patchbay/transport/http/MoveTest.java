package io.patchbay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.testkit.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
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
    }

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

        private interface Work {
            int run() throws Exception;
        }

        private static void complete(CompletableFuture<Integer> result, Work work) {
            try {
                result.complete(work.run());
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
