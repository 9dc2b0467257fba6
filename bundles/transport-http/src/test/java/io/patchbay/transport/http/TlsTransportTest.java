package io.patchbay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TlsTransportTest {
    @TempDir
    static Path folder;

    private static TestTls tls;

    private TestNode node;

    @BeforeAll
    static void makeCertificate() throws Exception {
        tls = new TestTls(folder);
    }

    @BeforeEach
    void start() throws Exception {
        node = new TestNode();
        node.tls = () -> tls.engine("TLSv1.3", "TLSv1.2");
        node.providers.put(
                "echo",
                TestNode.route(
                        request -> CompletableFuture.completedFuture(
                                HttpResponse.of(200, "application/octet-stream", request.body())),
                        "POST /echo"));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void bodiesOfAnySizeComeBackOverOneConnection(String version) throws Exception {
        HttpClient client = client(version);
        for (int size : new int[] {0, 1, 1000, 16_384, 16_385, 100_000, 1_000_000}) {
            byte[] body = bytes(size);
            java.net.http.HttpResponse<byte[]> answer = client.send(
                    HttpRequest.newBuilder(node.uri("/echo").resolve("https://localhost:" + node.port() + "/echo"))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    BodyHandlers.ofByteArray());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(body);
        }
        assertThat(node.metrics.count("patchbay_tls_handshakes_total", "version", version))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void webSocketsEchoInTheirOrder(String version) throws Exception {
        BlockingQueue<Integer> came = new LinkedBlockingQueue<>();
        WebSocket socket = client(version)
                .newWebSocketBuilder()
                .subprotocols(EchoConnections.ECHO)
                .buildAsync(java.net.URI.create("wss://localhost:" + node.port() + WebSocketDoor.PATH), collector(came))
                .get(10, TimeUnit.SECONDS);
        for (int i = 0; i < 500; i++) {
            ByteBuffer message = ByteBuffer.allocate(4 + i * 37).putInt(0, i);
            socket.sendBinary(message, true).get(10, TimeUnit.SECONDS);
        }
        for (int i = 0; i < 500; i++) {
            assertThat(came.poll(10, TimeUnit.SECONDS)).isEqualTo(i);
        }
        socket.abort();
    }

    @Test
    void aProtocolOverTcpIsEncryptedToo() throws Exception {
        node.protocol = java.util.Optional.of(EchoConnections.ECHO);
        try (SSLSocket socket = tls.connect(node)) {
            byte[] sent = bytes(200_000);
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try {
                    socket.getOutputStream().write(sent);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(socket.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            writing.get(10, TimeUnit.SECONDS);
        }
        await().untilAsserted(() -> assertThat(node.connections.closed).hasValue(1));
    }

    @Test
    void anAnswerThatClosesEndsWithAGoodbye() throws Exception {
        try (SSLSocket socket = tls.connect(node)) {
            byte[] body = bytes(300_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " + body.length
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(body);
            out.flush();
            // Java's client side throws if the connection ends without one.
            byte[] all = socket.getInputStream().readAllBytes();
            assertThat(Arrays.copyOfRange(all, all.length - body.length, all.length))
                    .isEqualTo(body);
        }
    }

    @Test
    void recordsMayComeByteByByte() throws Exception {
        try (Slow slow = new Slow(node);
                SSLSocket socket = (SSLSocket)
                        tls.client.getSocketFactory().createSocket(slow.client(), "localhost", node.port(), true)) {
            socket.getOutputStream()
                    .write(
                            "POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("hello");
        }
    }

    @Test
    void whoSpeaksPlainHttpIsToldSo() throws Exception {
        assertThat(node.exchange("GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 400 Bad Request\r\n")
                .contains("application/problem+json")
                .contains("This port speaks TLS");
        await().untilAsserted(() -> assertThat(node.transport.connections()).isZero());
        node.protocol = java.util.Optional.of(EchoConnections.ECHO);
        assertThat(node.exchange("hello\n")).isEmpty();
        assertThat(node.connections.opened).isEmpty();
    }

    @Test
    void aHandshakeHasItsTimeHoweverItTricklesIn() throws Exception {
        try (Socket silent = node.connect();
                Socket slow = node.connect()) {
            long begin = System.nanoTime();
            CompletableFuture<Void> trickling = CompletableFuture.runAsync(() -> {
                try {
                    // The head of a record of 16,000 bytes, and then one byte after the other.
                    slow.getOutputStream().write(new byte[] {22, 3, 1, 62, (byte) 128});
                    while (true) {
                        slow.getOutputStream().write(1);
                        TimeUnit.MILLISECONDS.sleep(20);
                    }
                } catch (IOException | InterruptedException cut) {
                    // As it shall be.
                }
            });
            assertThat(ended(silent)).isTrue();
            assertThat(ended(slow)).isTrue();
            trickling.get(10, TimeUnit.SECONDS);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(1200));
        }
        await().untilAsserted(() -> assertThat(node.metrics.value("patchbay_tls_handshakes_under_way"))
                .isZero());
        assertThat(node.metrics.count("patchbay_tls_handshakes_failed_total")).isEqualTo(2);
    }

    @Test
    void tooManyHandshakesAreTurnedAwayAtOnce() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < HttpLimits.HANDSHAKES; i++) {
                silent.add(node.connect());
            }
            await().untilAsserted(() -> assertThat(node.metrics.value("patchbay_tls_handshakes_under_way"))
                    .isBetween(1.0, (double) HttpLimits.HANDSHAKES));
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        await().untilAsserted(() -> assertThat(node.metrics.value("patchbay_tls_handshakes_under_way"))
                .isZero());
    }

    @Test
    void aClientOfTls12MayNotNegotiateAnew() throws Exception {
        node.tls = () -> tls.engine("TLSv1.2");
        try (SSLSocket socket = tls.connect(node, "TLSv1.2")) {
            socket.startHandshake();
            socket.getOutputStream()
                    .write("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        socket.getOutputStream().write(1);
                        socket.getInputStream().readAllBytes();
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aVersionThatIsNotSpokenIsRefusedWithAnAlert() throws Exception {
        node.tls = () -> tls.engine("TLSv1.3");
        try (SSLSocket socket = tls.connect(node, "TLSv1.2")) {
            assertThatThrownBy(socket::startHandshake)
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("protocol_version");
        }
    }

    @Test
    void aPageWithoutTlsIsNoneOfOurOwn() throws Exception {
        Origins origins = new Origins(new Hosts(java.util.Set.of()));
        assertThat(origins.judge("http://box.lan", "box.lan", true, false)).isEqualTo(Origins.Verdict.REFUSED);
        assertThat(origins.judge("https://box.lan", "box.lan", true, false)).isEqualTo(Origins.Verdict.SAME);
        assertThat(origins.judge("https://box.lan:7420", "box.lan:7420", true, false))
                .isEqualTo(Origins.Verdict.SAME);
        assertThat(origins.judge("http://box.lan:7420", "box.lan:7420", true, false))
                .isEqualTo(Origins.Verdict.REFUSED);
        assertThat(origins.judge("http://box.lan", "box.lan", false, false)).isEqualTo(Origins.Verdict.SAME);
    }

    private static boolean ended(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private static HttpClient client(String version) {
        return HttpClient.newBuilder()
                .sslContext(tls.client)
                .sslParameters(new SSLParameters(null, new String[] {version}))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static WebSocket.Listener collector(BlockingQueue<Integer> came) {
        return new WebSocket.Listener() {
            private final ByteArrayOutputStream message = new ByteArrayOutputStream();

            @Override
            public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
                byte[] part = new byte[data.remaining()];
                data.get(part);
                message.writeBytes(part);
                if (last) {
                    came.add(ByteBuffer.wrap(message.toByteArray()).getInt());
                    message.reset();
                }
                socket.request(1);
                return CompletableFuture.completedStage(null);
            }
        };
    }

    /** Passes bytes on to the node one by one. */
    private static final class Slow implements AutoCloseable {
        private final java.net.ServerSocket between =
                new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        private final Socket toNode;
        private final Socket client;

        Slow(TestNode node) throws IOException {
            toNode = node.connect();
            toNode.setTcpNoDelay(true);
            client = new Socket(between.getInetAddress(), between.getLocalPort());
            Socket accepted = between.accept();
            start(() -> pass(accepted, toNode, 1));
            start(() -> pass(toNode, accepted, 8192));
        }

        Socket client() {
            return client;
        }

        private static void start(Runnable passing) {
            Thread thread = new Thread(passing, "test-slow");
            thread.setDaemon(true);
            thread.start();
        }

        private static void pass(Socket from, Socket to, int atATime) {
            byte[] buffer = new byte[atATime];
            try {
                for (int read = from.getInputStream().read(buffer);
                        read >= 0;
                        read = from.getInputStream().read(buffer)) {
                    to.getOutputStream().write(buffer, 0, read);
                }
                to.shutdownOutput();
            } catch (IOException closed) {
                // By the other side.
            }
        }

        @Override
        public void close() throws IOException {
            between.close();
            toNode.close();
            client.close();
        }
    }
}
