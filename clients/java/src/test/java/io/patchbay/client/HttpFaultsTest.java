package io.patchbay.client;

import static io.patchbay.client.ClientFaultsTest.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes wrong between a client and its node over HTTP, with a server that a test scripts. */
@Timeout(60)
class HttpFaultsTest {
    private static final String WRITTEN = """
            {"position":"m1:2","results":[{"id":"a","revision":2,"created":true}]}""";
    private static final String SUBSCRIBED =
            "retry: 5\n\nevent: subscribed\ndata: {\"event\":\"subscribed\",\"position\":\"m1:1\"}\n\n";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<Value.Struct> bodies = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile HttpHandler answer = exchange -> json(exchange, 200, WRITTEN);
    private HttpServer server;
    private PatchbayClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
                byte[] body = exchange.getRequestBody().readAllBytes();
                if (body.length > 0) {
                    bodies.add((Value.Struct) Json.decodeEnvelope(body));
                }
                answer.handle(exchange);
            }
        });
        server.start();
        client = PatchbayClient.of(options());
    }

    private ClientOptions options() {
        return ClientOptions.of(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                .transport(Transport.HTTP);
    }

    @AfterEach
    void stop() {
        client.close();
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void writeIsATransactionOfOneAndIsSentAgainUnderItsKeyWhenSomethingInBetweenAnswers() {
        AtomicInteger answers = new AtomicInteger();
        answer = exchange -> {
            if (answers.incrementAndGet() == 1) {
                send(exchange, 502, "text/html", "<html>Bad gateway</html>");
            } else {
                json(exchange, 200, WRITTEN);
            }
        };
        Written written = client.collection("c")
                .put("a/b", Value.struct("n", Value.of(1)))
                .join();
        assertThat(written.revision()).isEqualTo(2);
        assertThat(written.position()).isEqualTo("m1:2");
        assertThat(bodies).hasSize(2);
        assertThat(bodies.get(1)).isEqualTo(bodies.get(0));
        assertThat(bodies.get(0).findText("key").orElseThrow()).hasSize(32);
    }

    @Test
    void documentOfTheGreatestDepthIsSentWhole() {
        Value deep = Value.of(1);
        for (int i = 0; i < 63; i++) {
            deep = Value.array(deep);
        }
        Value.Struct data = Value.struct("deep", deep);
        client.collection("c").put("a", data).join();
        Value operation = ((Value.Array) bodies.get(0).find("operations").orElseThrow())
                .items()
                .get(0);
        assertThat(((Value.Struct) operation).find("data")).contains(data);
    }

    @Test
    void namesAreEncodedInAddresses() {
        answer = exchange -> json(exchange, 200, """
                {"id":"a","revision":1,"updatedAt":"2026-01-01T00:00:00Z","data":{}}""");
        client.collection("c").get("a/b ?#%é+").join();
        assertThat(asked).containsExactly("GET /api/v1/collections/c/documents/a%2Fb%20%3F%23%25%C3%A9%2B");
    }

    @Test
    void refusalIsTheOneOfTheNode() {
        answer = exchange -> json(exchange, 409, """
                {"type":"about:blank","title":"Conflict","status":409,"code":"REVISION_CONFLICT","detail":"It is at 7.","currentRevision":7}""");
        ClientException refused = failure(client.collection("c").delete("a"));
        assertThat(refused.is(ErrorCode.REVISION_CONFLICT)).isTrue();
        assertThat(refused).hasMessage("It is at 7.");
        assertThat(refused.details().findInt("currentRevision")).contains(7L);
        assertThat(refused.details().find("status")).isEmpty();
    }

    @Test
    void answerThatDoesNotComeFailsInTime() {
        client.close();
        client = PatchbayClient.of(
                options().requestTimeout(Duration.ofMillis(200)).callTimeout(Duration.ofMillis(500)));
        answer = exchange -> awaitEnd();
        assertThat(failure(client.collection("c").get("a")).code()).isIn("TIMEOUT", "DISCONNECTED");
    }

    @Test
    void answerBeyondTheLimitIsGivenUp() {
        AtomicInteger answers = new AtomicInteger();
        answer = exchange -> {
            if (answers.incrementAndGet() == 1) {
                exchange.sendResponseHeaders(200, 0);
                flood(exchange.getResponseBody());
            } else {
                json(exchange, 200, WRITTEN);
            }
        };
        assertThat(client.collection("c").put("a", Value.Struct.EMPTY).join().revision())
                .isEqualTo(2);
    }

    @Test
    void streamIsReadHoweverItIsCutIntoPiecesAndResumesBehindTheLastPosition() {
        AtomicInteger streams = new AtomicInteger();
        answer = exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            out.write(SUBSCRIBED.getBytes(StandardCharsets.UTF_8));
            if (streams.incrementAndGet() == 1) {
                String change = ": a comment\r\nid: m1:2\r\nevent: changes\r\ndata: " + change(2, "é") + "\r\n\r\n";
                for (byte each : change.getBytes(StandardCharsets.UTF_8)) {
                    out.write(each);
                    out.flush();
                }
                // Cut off.
                return;
            }
            out.write(("data: " + change(3, "b") + "\n\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            awaitEnd();
        };
        List<String> seen = new CopyOnWriteArrayList<>();
        client.collection("c")
                .changes(Interest.in("n > 1"), (changes, position) -> changes.forEach(each -> seen.add(each.id())))
                .join();
        await().until(() -> seen.size() == 2);
        assertThat(seen).containsExactly("é", "b");
        assertThat(asked)
                .containsExactly(
                        "GET /api/v1/events?mode=changes&collection=c&filter=n+%3E+1",
                        "GET /api/v1/events?mode=changes&collection=c&filter=n+%3E+1&since=m1%3A2");
    }

    @Test
    void eventThatIsNoneOrHasNoEndBeginsAnew() {
        AtomicInteger streams = new AtomicInteger();
        answer = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            out.write(SUBSCRIBED.getBytes(StandardCharsets.UTF_8));
            out.flush();
            int stream = streams.incrementAndGet();
            if (stream == 1) {
                out.write("data: {\"event\":\"surprise\"}\n\n".getBytes(StandardCharsets.UTF_8));
                out.flush();
                awaitEnd();
            } else if (stream == 2) {
                out.write("data: ".getBytes(StandardCharsets.UTF_8));
                flood(out);
            } else {
                out.write(("data: " + change(2, "a") + "\n\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
                awaitEnd();
            }
        };
        List<String> seen = new CopyOnWriteArrayList<>();
        client.collection("c")
                .changes(Interest.all(), (changes, position) -> changes.forEach(each -> seen.add(each.id())))
                .join();
        await().atMost(Duration.ofSeconds(30)).until(() -> seen.size() == 1);
        assertThat(streams).hasValue(3);
    }

    private static String change(int offset, String id) {
        return """
                {"event":"changes","position":"m1:%d","changes":[{"op":"delete","id":"%s","revision":%d}]}""".formatted(offset, id, offset);
    }

    /** More than any answer may be; the client hangs up before the end. */
    private static void flood(OutputStream out) {
        byte[] part = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
        try {
            for (int i = 0; i <= ClientLimits.RECEIVED_FRAME_BYTES >> 20; i++) {
                out.write(part);
            }
            out.flush();
        } catch (IOException hungUp) {
            return;
        }
    }

    private void awaitEnd() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void json(HttpExchange exchange, int status, String body) throws IOException {
        send(exchange, status, "application/json", body);
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
