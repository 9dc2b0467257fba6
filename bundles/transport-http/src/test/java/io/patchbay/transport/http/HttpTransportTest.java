package io.patchbay.transport.http;

import static io.patchbay.transport.http.TestNode.now;
import static io.patchbay.transport.http.TestNode.route;
import static io.patchbay.transport.http.TestNode.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.HttpResponse;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@Timeout(60)
class HttpTransportTest {
    private static final String END = "Host: localhost\r\nConnection: close\r\n\r\n";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = new TestNode();
        node.providers.put(
                "echo",
                route(
                        request -> now(request.method() + " " + request.pathParameters() + " " + request.query() + " "
                                + request.body().length),
                        "GET /echo/{id}",
                        "POST /echo/{id}",
                        "GET /files/{rest*}"));
        node.providers.put(
                "body",
                route(
                        request -> CompletableFuture.completedFuture(
                                HttpResponse.of(201, "application/octet-stream", request.body())),
                        "PUT /body"));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void answersWithSecurityHeadersAndWithoutItsName() throws Exception {
        var answer = get("/echo/a");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("GET {id=a} {} 0");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.headers().firstValue("Content-Security-Policy"))
                .contains("default-src 'none'; frame-ancestors 'none'");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(answer.headers().firstValue("Date")).isPresent();
        assertThat(answer.headers().firstValue("Server")).isEmpty();
    }

    @Test
    void theRestAtTheRootIsWhatNobodyElseHas() throws Exception {
        node.providers.put(
                "rest",
                route(
                        request -> CompletableFuture.completedFuture(HttpResponse.of(
                                404, "text/plain", request.pathParameter("path").getBytes(StandardCharsets.UTF_8))),
                        "GET /{path*}"));
        assertThat(get("/no%20such/thing").body()).isEqualTo("no such/thing");
        assertThat(get("/echo/").body()).isEqualTo("echo/");
        assertThat(get("/echo/a").statusCode()).isEqualTo(200);
        assertThat(get("/body").statusCode()).isEqualTo(405);
        var refused = send("DELETE", "/no/such", "");
        assertThat(refused.statusCode()).isEqualTo(404);
    }

    @Test
    void aParameterMayHoldSlashPercentBackslashAndUnicode() throws Exception {
        assertThat(get("/echo/a%2Fb%25%5Cc%20%C3%A9+;x?f=a+b%26&f=c&g").body())
                .isEqualTo("GET {id=a/b%\\c é+;x} {f=[a b&, c], g=[]} 0");
        assertThat(get("/files/x/y%2Fz").body()).isEqualTo("GET {rest=x/y/z} {} 0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/echo/../echo/a",
                "/echo/%2e%2e/a",
                "/echo/.",
                "/echo//a",
                "/echo/%",
                "/echo/%zz",
                "/echo/%ff",
                "/echo/%c0%af",
                "/echo/..;/a",
                "/echo/a\u0001",
                "//evil/echo",
                "echo/a",
                "/echo/%00"
            })
    void refusesAmbiguousAndBrokenAddresses(String address) throws Exception {
        String answer = node.exchange("GET " + address + " HTTP/1.1\r\n" + END);
        assertThat(answer)
                .startsWith("HTTP/1.1 4")
                .contains("application/problem+json")
                .contains("\"code\":");
    }

    @Test
    void saysWhatIsNotThereAndWhatIsNotAllowed() throws Exception {
        var missing = get("/nothing");
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(missing.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(missing.body()).contains("\"code\":\"NOT_FOUND\"").contains("\"title\":\"Not Found\"");
        var wrong = send("DELETE", "/echo/a", "");
        assertThat(wrong.statusCode()).isEqualTo(405);
        assertThat(wrong.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS, POST");
        var options = send("OPTIONS", "/echo/a", "");
        assertThat(options.statusCode()).isEqualTo(204);
        assertThat(options.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS, POST");
    }

    @Test
    void headIsGetWithoutTheBody() throws Exception {
        String answer = node.exchange("HEAD /echo/a HTTP/1.1\r\n" + END);
        assertThat(answer)
                .startsWith("HTTP/1.1 200")
                .contains("Content-Length: 16")
                .endsWith("\r\n\r\n");
    }

    @Test
    void keepsAliveAndAnswersPipelinedRequestsInOrder() throws Exception {
        String answer = node.exchange(
                "GET /echo/1 HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /echo/2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabcGET /echo/3 HTTP/1.1\r\n"
                        + END);
        assertThat(answer.split("HTTP/1.1 200", -1)).hasSize(4);
        assertThat(answer.indexOf("GET {id=1} {} 0"))
                .isLessThan(answer.indexOf("POST {id=2} {} 3"))
                .isPositive();
        assertThat(answer.indexOf("GET {id=3} {} 0")).isGreaterThan(answer.indexOf("POST {id=2} {} 3"));
    }

    @Test
    void takesChunkedBodiesThatArriveInPieces() throws Exception {
        try (Socket socket = node.connect()) {
            OutputStream out = socket.getOutputStream();
            for (String piece : new String[] {
                "PUT /body HTTP/1.1\r\nTransfer-Encoding: chun",
                "ked\r\n" + END,
                "3\r\nab",
                "c\r\n4;x=y\r\ndefg\r\n",
                "0\r\n\r\n"
            }) {
                out.write(piece.getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 201")
                    .endsWith("\r\n\r\nabcdefg");
        }
        await().until(() -> node.transport.describe().facts().get("bodyBytes").equals("0"));
    }

    @Test
    void carriesABodyOfTheLimit() throws Exception {
        byte[] body = new byte[Limits.FRAME_BYTES];
        new java.util.Random(7).nextBytes(body);
        var answer = client.send(
                HttpRequest.newBuilder(node.uri("/body"))
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    void refusesATooLargeBodyBeforeReadingIt() throws Exception {
        String answer = node.exchange(
                "PUT /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + (Limits.FRAME_BYTES + 1) + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 413").contains("TOO_LARGE").contains("Connection: close");
    }

    @Test
    void refusesATooLargeChunkedBodyOnTheWay() throws Exception {
        var endless = HttpRequest.BodyPublishers.ofInputStream(
                () -> new java.io.ByteArrayInputStream(new byte[Limits.FRAME_BYTES + 100_000]));
        var answer = client.send(
                HttpRequest.newBuilder(node.uri("/body")).PUT(endless).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(413);
        await().until(() -> node.transport.describe().facts().get("bodyBytes").equals("0"));
    }

    @Test
    void aClientThatSendsOnHearsWhyItWasRefused() throws Exception {
        try (Socket socket = node.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    ("PUT /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + 4L * Limits.FRAME_BYTES + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 4; i++) {
                out.write(new byte[Limits.FRAME_BYTES]);
            }
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 413")
                    .contains("TOO_LARGE");
        }
    }

    /** Anybody can send them by the thousand: they must not fill the log. */
    @Test
    void requestsThatCannotBeMeantAreRefusedQuietly() throws Exception {
        Logger all = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        all.addAppender(log);
        try {
            for (String line : new String[] {
                "CONNECT example.com:443 HTTP/1.1",
                "CONNECT localhost:1 HTTP/1.1",
                "CONNECT / HTTP/1.1",
                "CONNECT * HTTP/1.1",
                "OPTIONS * HTTP/1.1",
                "TRACE /echo/1 HTTP/1.1",
                "PRI * HTTP/2.0",
                "GET example.com:80 HTTP/1.1",
                "GET http:///x HTTP/1.1",
                "GET http://[::1/x HTTP/1.1",
                "GET //evil/x HTTP/1.1",
                "GET ? HTTP/1.1",
                "GET /%zz HTTP/1.1",
                "GET /a?%ff=%zz HTTP/1.1",
                "GET /echo/1 HTTP/9.9",
                "GET /echo/1",
                "GET",
                "\u0001\u0002 / HTTP/1.1"
            }) {
                String answer = node.exchange(line + "\r\n" + END);
                assertThat(answer).as(line).matches("(?s)HTTP/1.1 (4\\d\\d|505) .*|HTTP/1.1 204.*|");
            }
        } finally {
            all.detachAppender(log);
        }
        // What Jetty's parsers say is left out by the launcher.
        assertThat(log.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .allSatisfy(event -> assertThat(event.getLoggerName())
                        .isIn("org.eclipse.jetty.http.HttpParser", "org.eclipse.jetty.util.HostPort"))
                .allSatisfy(event -> assertThat(event.getThrowableProxy()).isNull());
        assertThat(node.metrics.count("patchbay_errors_total", "protocol", "http", "code", "MALFORMED"))
                .isGreaterThanOrEqualTo(10);
    }

    @Test
    void refusesHugeHeaders() throws Exception {
        String answer =
                node.exchange("GET /echo/a HTTP/1.1\r\nX-Big: " + "x".repeat(HttpLimits.HEADER_BYTES) + "\r\n" + END);
        assertThat(answer).startsWith("HTTP/1.1 431").contains("LIMIT_EXCEEDED");
        assertThat(node.exchange("GET /echo/" + "a".repeat(HttpLimits.HEADER_BYTES) + " HTTP/1.1\r\n" + END))
                .startsWith("HTTP/1.1 414")
                .contains("LIMIT_EXCEEDED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0016\u0003\u0001\u0002\u0000\r\n\r\n",
                "GET\r\n\r\n",
                "GET /echo/a HTTP/9.9\r\n" + END,
                "GET /echo/a HTTP/1.1\r\n\r\n",
                "GET /echo/a HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "POST /echo/a HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n" + END + "0\r\n\r\n",
                "POST /echo/a HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n" + END + "abcd",
                "POST /echo/a HTTP/1.1\r\nContent-Length: -3\r\n" + END,
                "POST /echo/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + END + "zz\r\n",
                "GET /echo/a HTTP/1.1\r\nBad Header: x\r\n" + END,
                "GET /echo/a HTTP/1.1\r\n folded\r\n" + END,
                "GET /echo/a HTTP/1.1\r\nExpect: miracles\r\n" + END,
                "GET http://evil.example/echo/a HTTP/1.1\r\n" + END
            })
    void refusesWhatIsNoHttp(String request) throws Exception {
        String answer = node.exchange(request);
        assertThat(answer).containsPattern("^HTTP/1.[01] (4|505)").contains("application/problem+json");
        assertThat(get("/echo/still-there").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "192.168.1.5",
                "[::2]",
                "0.0.0.0",
                "user@localhost",
                "localhost."
            })
    void refusesForeignHosts(String host) throws Exception {
        assertThat(node.exchange("GET /echo/a HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .containsPattern("^HTTP/1.1 4(21|00)")
                .containsAnyOf("HOST_REFUSED", "MALFORMED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:99", "127.0.0.1", "127.8.9.1:7420", "[::1]:7420"})
    void takesTheNamesOfThisMachine(String host) throws Exception {
        assertThat(node.exchange("GET /echo/a HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void pagesOfThisMachineMayUseItAndOthersMayNot() throws Exception {
        String ok = node.exchange("GET /echo/a HTTP/1.1\r\nOrigin: http://localhost:5173\r\n" + END);
        assertThat(ok)
                .startsWith("HTTP/1.1 200")
                .contains("Access-Control-Allow-Origin: http://localhost:5173")
                .contains("Vary: Origin");
        String preflight = node.exchange(
                "OPTIONS /echo/a HTTP/1.1\r\nOrigin: http://127.0.0.1:5173\r\nAccess-Control-Request-Method: PUT\r\n"
                        + END);
        assertThat(preflight)
                .startsWith("HTTP/1.1 204")
                .contains("Access-Control-Allow-Methods: ")
                .contains("Authorization");
        for (String foreign : new String[] {
            "https://evil.example", "null", "http://localhost.evil.example", "file://", "http://user@localhost"
        }) {
            assertThat(node.exchange("POST /echo/a HTTP/1.1\r\nOrigin: " + foreign + "\r\n" + END))
                    .startsWith("HTTP/1.1 403")
                    .contains("ORIGIN_REFUSED")
                    .doesNotContain("Access-Control-Allow-Origin");
        }
        String same = node.exchange("GET /echo/a HTTP/1.1\r\nOrigin: http://localhost\r\n" + END);
        assertThat(same).startsWith("HTTP/1.1 200").doesNotContain("Access-Control-Allow-Origin");
    }

    @Test
    void allowedHostsMayBeAddedWhileItRuns() throws Exception {
        node.transport.modified(Map.of("allowed.hosts", new String[] {"Box.example"}));
        assertThat(
                        node.exchange(
                                "GET /echo/a HTTP/1.1\r\nHost: box.example\r\nOrigin: https://box.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void aFailedRouteIsAProblemAndReleasesItsLease() throws Exception {
        node.providers.put(
                "failing",
                route(
                        request -> switch (request.pathParameter("how")) {
                            case "known" ->
                                CompletableFuture.failedFuture(new PatchbayException(
                                        ErrorCode.REVISION_CONFLICT, "Too late.", Map.of("currentRevision", 7L)));
                            case "unknown" -> CompletableFuture.failedFuture(new IllegalStateException("secret"));
                            case "null" -> CompletableFuture.completedFuture(null);
                            default -> throw new IllegalStateException("secret");
                        },
                        "GET /failing/{how}"));
        var known = get("/failing/known");
        assertThat(known.statusCode()).isEqualTo(412);
        assertThat(known.body()).contains("\"currentRevision\":7").contains("Too late.");
        for (String how : new String[] {"unknown", "thrown", "null"}) {
            var unknown = get("/failing/" + how);
            assertThat(unknown.statusCode()).isEqualTo(500);
            assertThat(unknown.body()).contains("INTERNAL").doesNotContain("secret");
        }
        assertThat(node.providers.openLeases()).isZero();
    }

    @Test
    void aRouteThatDoesNotAnswerIsTimedOutAndKeepsItsLeaseUntilItDoes() throws Exception {
        CompletableFuture<HttpResponse> late = new CompletableFuture<>();
        node.providers.put("slow", route(request -> late, "GET /slow"));
        var answer = get("/slow");
        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.body()).contains("TIMEOUT");
        assertThat(node.providers.openLeases()).isOne();
        late.complete(text("late"));
        assertThat(node.providers.openLeases()).isZero();
        assertThat(get("/echo/a").statusCode()).isEqualTo(200);
    }

    @Test
    void requestsWaitWhileTheirProviderIsBeingUpdated() throws Exception {
        node.providers.put("v", route(request -> now("one"), "GET /v"));
        assertThat(get("/v").body()).isEqualTo("one");
        node.providers.remove("v");
        var waiting = client.sendAsync(HttpRequest.newBuilder(node.uri("/v")).build(), BodyHandlers.ofString());
        await().until(() ->
                node.transport.describe().facts().get("waitingForProvider").equals("1"));
        node.providers.put("v", route(request -> now("two"), "GET /v"));
        assertThat(waiting.get(5, TimeUnit.SECONDS).body()).isEqualTo("two");
        node.providers.remove("v");
        assertThat(get("/v").statusCode()).as("nobody came").isEqualTo(503);
        assertThat(get("/v").statusCode()).as("gone for good").isEqualTo(404);
    }

    @Test
    void aNewVersionsRoutesServeAtOnce() throws Exception {
        node.providers.put("v", route(request -> now("old"), "GET /old"));
        node.providers.put("v", route(request -> now("new"), "GET /new"));
        assertThat(get("/new").body()).isEqualTo("new");
        assertThat(get("/old").statusCode()).isEqualTo(404);
    }

    @Test
    void headersThatTrickleForeverAreCut() throws Exception {
        try (Socket socket = node.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write("GET /echo/a HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aClientThatClosesItsHalfStillGetsItsAnswer() throws Exception {
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        CompletableFuture<Void> called = new CompletableFuture<>();
        node.providers.put(
                "half",
                route(
                        request -> {
                            called.complete(null);
                            return answer;
                        },
                        "GET /half"));
        try (Socket socket = node.connect()) {
            socket.getOutputStream().write(("GET /half HTTP/1.1\r\n" + END).getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            called.get(5, TimeUnit.SECONDS);
            answer.complete(text("whole"));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("whole");
        }
    }

    @Test
    void drainingAnswersWithCloseAndEndsIdleConnections() throws Exception {
        CompletableFuture<HttpResponse> running = new CompletableFuture<>();
        node.providers.put("long", route(request -> running, "GET /long"));
        var busy = client.sendAsync(HttpRequest.newBuilder(node.uri("/long")).build(), BodyHandlers.ofString());
        try (Socket idle = node.connect()) {
            await().until(() -> node.providers.openLeases() == 1 && node.transport.connections() == 2);
            CompletableFuture<Void> drained = node.transport.drain().toCompletableFuture();
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            assertThat(drained).isNotDone();
            running.complete(text("done"));
            assertThat(busy.get(5, TimeUnit.SECONDS).headers().firstValue("Connection"))
                    .contains("close");
            drained.get(5, TimeUnit.SECONDS);
        }
        assertThat(node.transport.connections()).isZero();
    }

    private java.net.http.HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(node.uri(path)).build(), BodyHandlers.ofString());
    }

    private java.net.http.HttpResponse<String> send(String method, String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(node.uri(path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
