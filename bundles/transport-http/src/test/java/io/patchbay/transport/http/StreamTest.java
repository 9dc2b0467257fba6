package io.patchbay.transport.http;

import static io.patchbay.transport.http.TestNode.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.Limits;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.HttpSink;
import io.patchbay.api.http.HttpStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streamed answers over real sockets. */
@Timeout(60)
class StreamTest {
    private static final String END_OF_CHUNKS = "0\r\n\r\n";

    private final BlockingQueue<HttpSink> sinks = new LinkedBlockingQueue<>();
    private final AtomicInteger closed = new AtomicInteger();
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = new TestNode();
        serve("open", "GET /open", this::take);
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
        assertThat(node.providers.openLeases()).isZero();
        assertThat(facts("streams")).isEqualTo("0");
        assertThat(facts("streamBytes")).isEqualTo("0");
    }

    @Test
    void theHeadGoesFirstAndEveryWriteAtOnce() throws Exception {
        try (Socket client = get("/open")) {
            BufferedReader in = reader(client);
            assertThat(head(in))
                    .startsWith("HTTP/1.1 200")
                    .contains("Content-Type: text/plain", "Transfer-Encoding: chunked", "Connection: close")
                    .contains("X-Content-Type-Options: nosniff")
                    .doesNotContain("Content-Length");
            HttpSink sink = sinks.take();
            assertThat(node.providers.openLeases()).isOne();
            sink.write(bytes("one\n"));
            assertThat(chunk(in)).isEqualTo("one");
            sink.write(bytes("two\n"));
            assertThat(chunk(in)).isEqualTo("two");
            sink.end();
            sink.end();
            sink.write(bytes("late\n"));
            assertEnd(in);
        }
        awaitClosed(1);
    }

    @Test
    void aBodyOfManySizesArrivesWholeAndInOrder() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = new byte[20 << 20];
        random.nextBytes(whole);
        serve("export", "GET /export", sink -> new Pieces(sink, whole, random).go());
        var answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(node.uri("/export")).build(), BodyHandlers.ofByteArray());
        assertThat(answer.body()).as("seed %s", seed).isEqualTo(whole);
        awaitClosed(1);
    }

    @Test
    void aBodyThatEndsWithinItsStart() throws Exception {
        serve("short", "GET /short", sink -> {
            sink.write(bytes("all of it"));
            sink.end();
        });
        assertThat(node.exchange("GET /short HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .endsWith("\r\n\r\n9\r\nall of it\r\n" + END_OF_CHUNKS);
        serve("nothing", "GET /nothing", HttpSink::end);
        assertThat(node.exchange("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 200")
                .endsWith("\r\n\r\n" + END_OF_CHUNKS);
        assertThat(node.exchange("GET /short HTTP/1.0\r\nHost: localhost\r\n\r\n"))
                .doesNotContain("chunked")
                .endsWith("\r\n\r\nall of it");
        awaitClosed(3);
    }

    @Test
    void headIsTheHeadAloneAndStartsNoStream() throws Exception {
        String answer = node.exchange("HEAD /open HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 200")
                .contains("Content-Type: text/plain")
                .doesNotContain("Content-Length")
                .endsWith("\r\n\r\n");
        assertThat(sinks).isEmpty();
    }

    @Test
    void aClientThatDoesNotReadIsHeldBackAndGoesOnWhereItWas() throws Exception {
        try (Socket client = get("/open")) {
            HttpSink sink = sinks.take();
            Semaphore room = new Semaphore(1);
            sink.onWritable(room::release);
            int written = 0;
            // The sockets' own buffers take some megabytes first.
            while (room.tryAcquire(1, TimeUnit.SECONDS)) {
                while (sink.writable()) {
                    sink.write(new byte[16 << 10]);
                    written += 16 << 10;
                }
            }
            assertThat(Long.parseLong(facts("streamBytes")))
                    .isBetween(1L, HttpLimits.STREAM_WRITABLE_BYTES + (16L << 10));
            sink.end();
            assertThat(client.getInputStream().readAllBytes()).hasSizeGreaterThan(written);
        }
        awaitClosed(1);
    }

    @Test
    void aWriterThatLooksAtNothingIsCutAtTheLimit() throws Exception {
        try (Socket client = get("/open")) {
            HttpSink sink = sinks.take();
            byte[] piece = new byte[64 << 10];
            long most = 0;
            while (closed.get() == 0) {
                sink.write(piece);
                most = Math.max(most, Long.parseLong(facts("streamBytes")));
            }
            assertThat(most).isLessThanOrEqualTo(Limits.OUTBOX_BYTES);
            assertThat(sink.writable()).isFalse();
            assertThatThrownBy(() -> client.getInputStream().readAllBytes()).isInstanceOf(SocketException.class);
        }
        awaitClosed(1);
    }

    @Test
    void oneWriteBeyondTheLimitIsTooMuch() throws Exception {
        try (Socket client = get("/open")) {
            sinks.take().write(new byte[Limits.OUTBOX_BYTES + 1]);
            assertCut(client);
        }
        awaitClosed(1);
    }

    @Test
    void anAbortedBodyIsNotTakenForAWholeOneEvenByHttp10() throws Exception {
        for (String version : new String[] {"1.0", "1.1"}) {
            try (Socket client = node.connect()) {
                send(client, "GET /open HTTP/" + version + "\r\nHost: localhost\r\n\r\n");
                HttpSink sink = sinks.take();
                sink.write(bytes("part"));
                sink.abort();
                assertCut(client);
            }
        }
        awaitClosed(2);
    }

    @Test
    void aStreamThatFailsToStartIsCut() throws Exception {
        serve("bad", "GET /bad", sink -> {
            throw new IllegalStateException("on purpose");
        });
        try (Socket client = get("/bad")) {
            assertCut(client);
        }
        awaitClosed(1);
    }

    @Test
    void aClientThatLeavesAQuietStreamIsNoticedWithoutAWrite() throws Exception {
        try (Socket client = get("/open")) {
            head(reader(client));
            sinks.take();
        }
        awaitClosed(1);
    }

    @Test
    void aClientThatLeavesAFullStreamIsNoticed() throws Exception {
        try (Socket client = get("/open")) {
            HttpSink sink = sinks.take();
            fill(sink);
        }
        awaitClosed(1);
    }

    @Test
    void aClientThatEndsItsSideIsTakenForGoneEvenIfItReadsNothing() throws Exception {
        try (Socket client = get("/open")) {
            HttpSink sink = sinks.take();
            sink.onWritable(() -> fill(sink));
            fill(sink);
            client.shutdownOutput();
            awaitClosed(1);
            await().until(() -> node.transport.connections() == 0);
        }
    }

    @Test
    void aListenerThatComesTooLateIsCalledAtOnce() throws Exception {
        HttpSink sink;
        try (Socket client = get("/open")) {
            sink = sinks.take();
        }
        awaitClosed(1);
        CountDownLatch called = new CountDownLatch(1);
        sink.onClosed(called::countDown);
        assertThat(called.getCount()).isZero();
        sink.write(bytes("x"));
        sink.end();
        sink.abort();
    }

    @Test
    void whatIsSentDuringAStreamDoesNotDisturbIt() throws Exception {
        try (Socket client = node.connect()) {
            String request = "GET /open HTTP/1.1\r\nHost: localhost\r\n\r\n";
            send(client, request + request);
            HttpSink sink = sinks.take();
            BufferedReader in = reader(client);
            head(in);
            send(client, request);
            sink.write(bytes("still here\n"));
            assertThat(chunk(in)).isEqualTo("still here");
            sink.end();
            assertEnd(in);
        }
        awaitClosed(1);
        assertThat(sinks).isEmpty();
    }

    @Test
    void theTimeForAnAnswerEndsWithItsHead() throws Exception {
        try (Socket client = get("/open")) {
            BufferedReader in = reader(client);
            head(in);
            HttpSink sink = sinks.take();
            pause(TestNode.TIMES.request().plusMillis(500));
            sink.write(bytes("late\n"));
            assertThat(chunk(in)).isEqualTo("late");
        }
        awaitClosed(1);
    }

    @Test
    void aStreamThatComesAfterTheTimeoutIsNeverStarted() throws Exception {
        CompletableFuture<HttpResponse> slow = new CompletableFuture<>();
        node.providers.put("slow", route(request -> slow, "GET /slow"));
        assertThat(node.exchange("GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .contains("\"code\":\"TIMEOUT\"");
        slow.complete(HttpResponse.of(200, "text/plain", this::take));
        assertThat(sinks).isEmpty();
        assertThat(node.providers.openLeases()).isZero();
    }

    @Test
    void aQuietStreamOutlivesTheIdleTimeAndAStuckOneDoesNot() throws Exception {
        node.close();
        Duration idle = Duration.ofMillis(500);
        HttpTimes times = TestNode.TIMES;
        node = new TestNode(
                Map.of(), new HttpTimes(times.request(), times.lease(), times.headers(), idle, times.handshake()));
        serve("open", "GET /open", this::take);
        try (Socket quiet = get("/open")) {
            BufferedReader in = reader(quiet);
            head(in);
            HttpSink sink = sinks.take();
            try (Socket stuck = get("/open")) {
                HttpSink full = sinks.take();
                full.onWritable(() -> fill(full));
                fill(full);
                awaitClosed(1, 1);
            }
            pause(idle.multipliedBy(3));
            sink.write(bytes("still here\n"));
            assertThat(chunk(in)).isEqualTo("still here");
        }
        awaitClosed(2);
    }

    @Test
    void aReplacedRouteAsksItsStreamsToEnd() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (Socket client = get("/open")) {
            BufferedReader in = reader(client);
            head(in);
            HttpSink old = sinks.take();
            old.onDrain(() -> {
                asked.countDown();
                old.end();
            });
            node.providers.put("other", route(request -> TestNode.now("other"), "GET /other"));
            assertThat(asked.getCount()).isOne();
            serve("open", "GET /open", this::take);
            assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();
            assertEnd(in);
        }
        awaitClosed(1);
        try (Socket client = get("/open")) {
            HttpSink current = sinks.take();
            current.onDrain(asked::countDown);
            current.end();
        }
    }

    @Test
    void aDrainAsksEveryStreamAndWaitsForOneThatWillBeWhole() throws Exception {
        try (Socket endless = get("/open")) {
            HttpSink events = sinks.take();
            events.onDrain(events::end);
            try (Socket finite = get("/open")) {
                HttpSink export = sinks.take();
                CompletableFuture<Void> drained = node.transport.drain().toCompletableFuture();
                assertThat(endless.getInputStream().readAllBytes()).endsWith(bytes(END_OF_CHUNKS));
                assertThat(drained).isNotDone();
                CountDownLatch late = new CountDownLatch(1);
                export.onDrain(late::countDown);
                assertThat(late.getCount()).isZero();
                export.write(bytes("the rest"));
                export.end();
                assertThat(finite.getInputStream().readAllBytes()).endsWith(bytes("the rest\r\n" + END_OF_CHUNKS));
                drained.get(5, TimeUnit.SECONDS);
            }
        }
        awaitClosed(2);
    }

    @Test
    void aStopCutsWhatHasNotEnded() throws Exception {
        try (Socket client = get("/open")) {
            sinks.take().write(bytes("part"));
            node.transport.stop();
            assertCut(client);
        }
        awaitClosed(1);
    }

    private void take(HttpSink sink) {
        sinks.add(sink);
    }

    private void serve(String name, String pattern, HttpStream stream) {
        HttpStream counted = sink -> {
            sink.onClosed(closed::incrementAndGet);
            stream.start(sink);
        };
        CompletionStage<HttpResponse> answer =
                CompletableFuture.completedFuture(HttpResponse.of(200, "text/plain", counted));
        node.providers.put(name, route(request -> answer, pattern));
    }

    private void awaitClosed(int times) {
        awaitClosed(times, 0);
    }

    private void awaitClosed(int times, int stillOpen) {
        await().untilAsserted(() -> {
            assertThat(closed).hasValue(times);
            assertThat(node.providers.openLeases()).isEqualTo(stillOpen);
            assertThat(facts("streams")).isEqualTo(Integer.toString(stillOpen));
            assertThat(facts("streamBytes")).isEqualTo("0");
        });
    }

    private static void fill(HttpSink sink) {
        while (sink.writable()) {
            sink.write(new byte[64 << 10]);
        }
    }

    /** Nothing happens meanwhile that could be awaited. */
    private static void pause(Duration time) {
        new CompletableFuture<Void>()
                .completeOnTimeout(null, time.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private String facts(String name) {
        return node.transport.describe().facts().get(name);
    }

    private Socket get(String path) throws IOException {
        Socket client = node.connect();
        send(client, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return client;
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(bytes(text));
    }

    /** Whatever came before, the connection was reset instead of ended. */
    private static void assertCut(Socket client) {
        InputStream in;
        try {
            in = client.getInputStream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        assertThatThrownBy(in::readAllBytes).isInstanceOf(SocketException.class);
    }

    private static String head(BufferedReader in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            head.append(line).append('\n');
        }
        return head.toString();
    }

    /** The next chunk, which is a line. */
    private static String chunk(BufferedReader in) throws IOException {
        chunkSize(in);
        return in.readLine();
    }

    private static String chunkSize(BufferedReader in) throws IOException {
        String size = in.readLine();
        // Jetty ends a chunk at the beginning of the next.
        return size.isEmpty() ? in.readLine() : size;
    }

    private static void assertEnd(BufferedReader in) throws IOException {
        assertThat(chunkSize(in)).isEqualTo("0");
        assertThat(in.readLine()).isEmpty();
        assertThat(in.read()).isEqualTo(-1);
    }

    private static BufferedReader reader(Socket client) throws IOException {
        return new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Writes a body in pieces of random sizes, as fast as the client takes it. */
    private static final class Pieces {
        private final HttpSink sink;
        private final byte[] whole;
        private final Random random;
        private int at;

        Pieces(HttpSink sink, byte[] whole, Random random) {
            this.sink = sink;
            this.whole = whole;
            this.random = random;
        }

        void go() {
            sink.onWritable(this::more);
            more();
        }

        private synchronized void more() {
            while (sink.writable() && at < whole.length) {
                int size = Math.min(whole.length - at, 1 + random.nextInt(random.nextBoolean() ? 100 : 100_000));
                byte[] piece = new byte[size];
                System.arraycopy(whole, at, piece, 0, size);
                at += size;
                sink.write(piece);
            }
            if (at == whole.length) {
                sink.end();
            }
        }
    }
}
