package io.patchbay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.Limits;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WebSocketTest {
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int FIN = 0x80;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = new TestNode();
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void echoesBinaryAndTextAndTellsThePlatformOfTheEnd() throws Exception {
        Client client = Client.open(node, EchoConnections.ECHO);
        assertThat(client.socket.getSubprotocol()).isEqualTo(EchoConnections.ECHO);
        client.socket.sendBinary(ByteBuffer.wrap(new byte[] {1, 2, 3}), true).get(5, TimeUnit.SECONDS);
        assertThat(client.next()).isEqualTo(new byte[] {1, 2, 3});
        client.socket.sendText("Grüße", true).get(5, TimeUnit.SECONDS);
        assertThat(client.next()).isEqualTo("Grüße".getBytes(StandardCharsets.UTF_8));
        assertThat(node.connections.opened.get(0).remoteAddress).isEqualTo("127.0.0.1");
        client.socket.sendClose(1000, "bye").get(5, TimeUnit.SECONDS);
        assertThat(client.closed.get(5, TimeUnit.SECONDS)).startsWith("1000");
        await().untilAsserted(() -> assertThat(node.connections.closed).hasValue(1));
    }

    @Test
    void choosesTheFirstOfferedProtocolThatIsSpokenAndRefusesTheRest() throws Exception {
        String chosen = node.exchange(handshake("x.v9, " + EchoConnections.ECHO, "") + closeFrame());
        assertThat(chosen)
                .startsWith("HTTP/1.1 101")
                .contains("Sec-WebSocket-Protocol: " + EchoConnections.ECHO)
                .doesNotContain("Sec-WebSocket-Extensions");
        assertThat(node.exchange(handshake("x.v9", "Connection: close\r\n")))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json")
                .contains("x.v9");
        String none = node.exchange(handshake("", "")
                .replaceAll("Sec-WebSocket-Protocol:.*\r\n", "")
                .replace("Connection: Upgrade", "Connection: Upgrade, close"));
        assertThat(none).startsWith("HTTP/1.1 400").contains("Sec-WebSocket-Protocol");
    }

    @Test
    void refusesForeignPagesAndForeignHosts() throws Exception {
        assertThat(node.exchange(handshake(EchoConnections.ECHO, "Origin: https://evil.example\r\n")
                        .replace("Connection: Upgrade", "Connection: Upgrade, close")))
                .startsWith("HTTP/1.1 403");
        assertThat(node.exchange(handshake(EchoConnections.ECHO, "")
                        .replace("Host: localhost", "Host: evil.example")
                        .replace("Connection: Upgrade", "Connection: Upgrade, close")))
                .startsWith("HTTP/1.1 421");
        assertThat(node.exchange(handshake(EchoConnections.ECHO, "Origin: http://localhost:5173\r\n") + closeFrame()))
                .startsWith("HTTP/1.1 101");
    }

    @Test
    void aPlainRequestIsToldWhatThisAddressIs() throws Exception {
        String answer = node.exchange("GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 426").contains("Upgrade: websocket");
        assertThat(node.exchange(handshake(EchoConnections.ECHO, "")
                        .replace("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "")
                        .replace("Connection: Upgrade", "Connection: Upgrade, close")))
                .startsWith("HTTP/1.1 400");
    }

    @Test
    void aConnectionThatThePlatformRefusesIsClosedWithItsCode() throws Exception {
        assertThat(Client.open(node, EchoConnections.FULL).closed.get(5, TimeUnit.SECONDS))
                .isEqualTo("1013 This node has as many connections as it takes.");
    }

    @Test
    void permessageDeflateIsNotNegotiated() throws Exception {
        assertThat(node.exchange(handshake(EchoConnections.ECHO, "Sec-WebSocket-Extensions: permessage-deflate\r\n")
                        + closeFrame()))
                .startsWith("HTTP/1.1 101")
                .doesNotContain("permessage-deflate");
    }

    @Test
    void putsFragmentsTogetherWithPingsInBetween() throws Exception {
        try (Raw raw = new Raw(node)) {
            raw.send(BINARY, "ab".getBytes(StandardCharsets.US_ASCII));
            raw.send(FIN | PING, "alive?".getBytes(StandardCharsets.US_ASCII));
            raw.send(0, new byte[0]);
            raw.send(0, "cd".getBytes(StandardCharsets.US_ASCII));
            raw.send(FIN, "e".getBytes(StandardCharsets.US_ASCII));
            assertThat(raw.next()).isEqualTo("8a alive?");
            assertThat(raw.next()).isEqualTo("82 abcde");
        }
    }

    @Test
    void aFrameThatArrivesByteByByteIsOneMessage() throws Exception {
        try (Raw raw = new Raw(node)) {
            byte[] frame = Raw.frame(FIN | TEXT, "slowly".getBytes(StandardCharsets.US_ASCII));
            for (byte one : frame) {
                raw.out.write(one);
                raw.out.flush();
            }
            assertThat(raw.next()).isEqualTo("81 slowly");
        }
    }

    @Test
    void carriesAMessageOfTheLimitAndClosesBeyondIt() throws Exception {
        Client client = Client.open(node, EchoConnections.ECHO);
        byte[] most = new byte[Limits.FRAME_BYTES];
        new java.util.Random(11).nextBytes(most);
        client.socket.sendBinary(ByteBuffer.wrap(most), true).get(10, TimeUnit.SECONDS);
        assertThat(client.next()).isEqualTo(most);
        client.socket
                .sendBinary(ByteBuffer.wrap(new byte[Limits.FRAME_BYTES + 1]), true)
                .get(10, TimeUnit.SECONDS);
        assertThat(client.closed.get(10, TimeUnit.SECONDS)).startsWith("1009 ");
    }

    @Test
    void manyFragmentsBeyondTheLimitCloseToo() throws Exception {
        try (Raw raw = new Raw(node)) {
            raw.send(BINARY, new byte[1 << 20]);
            for (int i = 0; i < 4; i++) {
                raw.send(0, new byte[1 << 20]);
            }
            assertThat(raw.nextClose()).isEqualTo(1009);
        }
    }

    @Test
    void whatBreaksTheProtocolIsClosedWithTheRightCode() throws Exception {
        assertThat(closeCodeAfter(Raw.frame(FIN | TEXT, new byte[] {(byte) 0xff})))
                .as("bad UTF-8")
                .isEqualTo(1007);
        assertThat(closeCodeAfter(new byte[] {(byte) (FIN | BINARY), 1, 7}))
                .as("not masked")
                .isEqualTo(1002);
        assertThat(closeCodeAfter(Raw.frame(FIN | 3, new byte[0])))
                .as("reserved opcode")
                .isEqualTo(1002);
        assertThat(closeCodeAfter(Raw.frame(FIN, new byte[0])))
                .as("continues nothing")
                .isEqualTo(1002);
        assertThat(closeCodeAfter(Raw.frame(FIN | 0x40 | BINARY, new byte[] {1})))
                .as("reserved bit")
                .isEqualTo(1002);
        assertThat(closeCodeAfter(Raw.frame(PING, new byte[0])))
                .as("fragmented ping")
                .isEqualTo(1002);
        assertThat(closeCodeAfter(Raw.frame(FIN | PING, new byte[126])))
                .as("huge ping")
                .isEqualTo(1002);
        assertThat(closeCodeAfter(
                        new byte[] {(byte) (FIN | BINARY), (byte) 0xff, 0x7f, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0}))
                .as("length beyond everything")
                .isIn(1002, 1009);
    }

    @Test
    void aClientThatDoesNotReadIsHeldBackAndLosesNothing() throws Exception {
        byte[] message = new byte[64 << 10];
        int messages = 2_000;
        try (Raw raw = new Raw(node)) {
            Thread writer = new Thread(() -> {
                try {
                    for (int i = 0; i < messages; i++) {
                        raw.send(FIN | BINARY, message);
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            writer.start();
            // Nothing is read: the platform takes only as much as its window and the buffers of the system hold.
            await().during(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> node.connections.received.get(), new Steady());
            assertThat(node.connections.received.get()).isLessThan(messages / 2);
            for (int i = 0; i < messages; i++) {
                assertThat(raw.nextLength()).isEqualTo(message.length);
            }
            writer.join();
        }
    }

    @Test
    void drainingAsksClientsToComeBackLater() throws Exception {
        Client client = Client.open(node, EchoConnections.ECHO);
        CompletableFuture<Void> drained = node.transport.drain().toCompletableFuture();
        assertThat(client.closed.get(5, TimeUnit.SECONDS)).matches("1012 retry in \\d+ ms");
        drained.get(5, TimeUnit.SECONDS);
        assertThat(node.connections.closed).hasValue(1);
        assertThat(node.exchange(handshake(EchoConnections.ECHO, "")))
                .startsWith("HTTP/1.1 503")
                .contains("STOPPING")
                .contains("Retry-After: 1");
    }

    @Test
    void aClientThatIgnoresTheCloseIsCut() throws Exception {
        try (Raw raw = new Raw(node)) {
            await().until(() -> node.connections.opened.size() == 1);
            node.connections.opened.get(0).channel.close(4000, "enough");
            assertThat(raw.nextClose()).isEqualTo(4000);
            assertThat(raw.in.read())
                    .as("cut after %s", HttpLimits.WEBSOCKET_CLOSE)
                    .isEqualTo(-1);
        }
        await().untilAsserted(() -> assertThat(node.connections.closed).hasValue(1));
    }

    @Test
    void twoThousandConnectionsEchoAtOnce() throws Exception {
        int count = 2_000;
        List<Raw> all = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                all.add(new Raw(node));
            }
            for (int i = 0; i < count; i++) {
                all.get(i).send(FIN | TEXT, ("n" + i).getBytes(StandardCharsets.US_ASCII));
            }
            for (int i = 0; i < count; i++) {
                assertThat(all.get(i).next()).isEqualTo("81 n" + i);
            }
            assertThat(node.transport.connections()).isEqualTo(count);
        } finally {
            for (Raw one : all) {
                one.close();
            }
        }
        await().untilAsserted(() -> assertThat(node.connections.closed).hasValue(count));
        await().untilAsserted(() -> assertThat(node.transport.connections()).isZero());
    }

    private int closeCodeAfter(byte[] bytes) throws IOException {
        try (Raw raw = new Raw(node)) {
            raw.out.write(bytes);
            raw.out.flush();
            return raw.nextClose();
        }
    }

    static String handshake(String protocols, String more) {
        return "GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: "
                + protocols + "\r\n" + more + "\r\n";
    }

    private static String closeFrame() {
        return new String(Raw.frame(FIN | CLOSE, new byte[] {3, (byte) 0xe8}), StandardCharsets.ISO_8859_1);
    }

    /** True once the value has not changed since it was last looked at. */
    private static final class Steady extends org.hamcrest.BaseMatcher<Integer> {
        private int last = -1;

        @Override
        public boolean matches(Object value) {
            boolean same = last == (Integer) value;
            last = (Integer) value;
            return same;
        }

        @Override
        public void describeTo(org.hamcrest.Description description) {
            description.appendText("steady");
        }
    }

    /** The JDK's client, with whole messages in a queue. */
    private static final class Client implements WebSocket.Listener {
        final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
        final CompletableFuture<String> closed = new CompletableFuture<>();
        private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
        private final StringBuilder text = new StringBuilder();
        WebSocket socket;

        static Client open(TestNode node, String protocol) throws Exception {
            Client client = new Client();
            client.socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .subprotocols(protocol)
                    .buildAsync(node.webSocketUri(), client)
                    .get(10, TimeUnit.SECONDS);
            return client;
        }

        byte[] next() throws InterruptedException {
            byte[] message = messages.poll(10, TimeUnit.SECONDS);
            assertThat(message).as("a message").isNotNull();
            return message;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            binary.writeBytes(bytes);
            if (last) {
                messages.add(binary.toByteArray());
                binary.reset();
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                messages.add(text.toString().getBytes(StandardCharsets.UTF_8));
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete((code + " " + reason).trim());
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.completeExceptionally(error);
        }
    }

    /** Frames by hand. */
    private static final class Raw implements AutoCloseable {
        private final Socket socket;
        final OutputStream out;
        final DataInputStream in;

        Raw(TestNode node) throws IOException {
            socket = node.connect();
            out = socket.getOutputStream();
            in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
            out.write(handshake(EchoConnections.ECHO, "").getBytes(StandardCharsets.US_ASCII));
            StringBuilder answer = new StringBuilder();
            while (answer.indexOf("\r\n\r\n") < 0) {
                answer.append((char) in.readUnsignedByte());
            }
            assertThat(answer).startsWith("HTTP/1.1 101");
        }

        static byte[] frame(int firstByte, byte[] payload) {
            ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
            frame.put((byte) firstByte);
            if (payload.length < 126) {
                frame.put((byte) (0x80 | payload.length));
            } else if (payload.length < 1 << 16) {
                frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
            } else {
                frame.put((byte) (0x80 | 127)).putLong(payload.length);
            }
            byte[] mask = {1, 2, 3, 4};
            frame.put(mask);
            for (int i = 0; i < payload.length; i++) {
                frame.put((byte) (payload[i] ^ mask[i & 3]));
            }
            byte[] bytes = new byte[frame.position()];
            frame.flip().get(bytes);
            return bytes;
        }

        void send(int firstByte, byte[] payload) throws IOException {
            out.write(frame(firstByte, payload));
            out.flush();
        }

        String next() throws IOException {
            int first = in.readUnsignedByte();
            byte[] payload = new byte[length()];
            in.readFully(payload);
            return Integer.toHexString(first) + " " + new String(payload, StandardCharsets.UTF_8);
        }

        int nextLength() throws IOException {
            in.readUnsignedByte();
            int length = length();
            in.skipNBytes(length);
            return length;
        }

        int nextClose() throws IOException {
            assertThat(in.readUnsignedByte()).isEqualTo(FIN | CLOSE);
            byte[] payload = new byte[length()];
            in.readFully(payload);
            return ByteBuffer.wrap(payload).getShort();
        }

        private int length() throws IOException {
            int length = in.readUnsignedByte();
            return length < 126 ? length : length == 126 ? in.readUnsignedShort() : (int) in.readLong();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
