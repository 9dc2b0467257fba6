package io.patchbay.transport.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections whose bytes are a protocol's own. */
@Timeout(60)
class TcpTest {
    private TestNode node;

    @BeforeEach
    void open() throws IOException {
        node = new TestNode();
        node.protocol = Optional.of(EchoConnections.ECHO);
    }

    @AfterEach
    void close() throws Exception {
        node.close();
    }

    @Test
    void bytesGoBothWaysAndTheAddressIsTold() throws Exception {
        try (Socket client = node.connect()) {
            assertThat(echo(client, "one")).isEqualTo("one");
            assertThat(echo(client, "another")).isEqualTo("another");
            assertThat(node.connections.opened.get(0).remoteAddress).isEqualTo("127.0.0.1");
            assertThat(node.transport.describe().facts()).containsEntry("tcp", "1");
            assertThat(node.transport.connections()).isEqualTo(1);
        }
        await().untilAsserted(() -> assertThat(node.connections.closed).hasValue(1));
        assertThat(node.transport.describe().facts()).containsEntry("tcp", "0");
        assertThat(node.metrics.count("patchbay_tcp_bytes_total", "direction", "received"))
                .isEqualTo(10);
    }

    @Test
    void whatTheProtocolLeavesOfAChunkComesAgainInItsOrder() throws Exception {
        node.connections.mostTaken = 1000;
        byte[] sent = new byte[3 << 20];
        new Random(7).nextBytes(sent);
        try (Socket client = node.connect()) {
            Thread writer = new Thread(() -> write(client, sent));
            writer.start();
            assertThat(client.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            writer.join();
        }
    }

    @Test
    void aClientThatDoesNotReadIsNotRead() throws Exception {
        try (Socket client = node.connect()) {
            Thread writer = new Thread(() -> write(client, new byte[64 << 20]));
            writer.setDaemon(true);
            writer.start();
            await().until(() -> node.connections.received.get() > 0);
            int[] before = {-1};
            await().pollInterval(Duration.ofMillis(200)).until(() -> {
                int now = node.connections.received.get();
                boolean stopped = now == before[0];
                before[0] = now;
                return stopped;
            });
            assertThat((long) node.connections.received.get() * HttpLimits.TCP_CHUNK_BYTES)
                    .as("bytes taken of a client that takes nothing")
                    .isLessThan(32L << 20);
        }
    }

    @Test
    void whatWasSentBeforeTheCloseArrivesThoughTheClientIsStillSending() throws Exception {
        try (Socket client = node.connect()) {
            assertThat(echo(client, "hello")).isEqualTo("hello");
            EchoConnections.Echo echo = node.connections.opened.get(0);
            await().until(echo::isQuiet);
            // Once that is out, since the echo of what follows is sent over the same channel.
            echo.channel.send(ByteBuffer.wrap("bye".getBytes(US_ASCII)), false, () -> {
                write(client, new byte[100_000]);
                echo.channel.close(1000, "done");
            });
            byte[] all = client.getInputStream().readAllBytes();
            assertThat(new String(all, US_ASCII)).contains("bye");
        }
        await().untilAsserted(() -> assertThat(node.connections.closed).hasValue(1));
    }

    @Test
    void aConnectionWaitsForItsProtocol() throws Exception {
        node.connections.there = false;
        try (Socket client = node.connect()) {
            client.getOutputStream().write("early".getBytes(US_ASCII));
            await().until(() -> node.transport.connections() == 1);
            node.connections.there = true;
            assertThat(new String(client.getInputStream().readNBytes(5), US_ASCII))
                    .isEqualTo("early");
        }
    }

    @Test
    void aConnectionWhoseProtocolDoesNotComeIsClosed() throws Exception {
        node.connections.there = false;
        long began = System.nanoTime();
        try (Socket client = node.connect()) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isGreaterThanOrEqualTo(TestNode.TIMES.lease().minusMillis(50));
        node.protocol = Optional.of(EchoConnections.FULL);
        try (Socket client = node.connect()) {
            assertThat(client.getInputStream().read())
                    .as("refused for another reason, at once")
                    .isEqualTo(-1);
        }
    }

    @Test
    void aDrainAsksClientsToComeBack() throws Exception {
        try (Socket client = node.connect()) {
            assertThat(echo(client, "x")).isEqualTo("x");
            node.transport.drain();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        await().untilAsserted(() -> assertThat(node.connections.closed).hasValue(1));
    }

    private static String echo(Socket client, String text) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write(text.getBytes(US_ASCII));
        out.flush();
        InputStream in = client.getInputStream();
        return new String(in.readNBytes(text.length()), US_ASCII);
    }

    private static void write(Socket client, byte[] bytes) {
        try {
            client.getOutputStream().write(bytes);
        } catch (IOException ended) {
            // The test is over.
        }
    }
}
