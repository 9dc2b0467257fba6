package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.Limits;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile input at every door of a running node is refused, never a fault of the node's own (5xx), and the node stays well. */
class HostileIT {
    private static final int NOISE = 50;

    @TempDir
    static Path home;

    private static Node node;
    private static Rest admin;

    @BeforeAll
    static void startNode() {
        node = Node.start(home);
        Operator operator = new Operator(home);
        operator.addAdmin();
        admin = operator.login(node.uri());
        admin.post("/collections", Value.struct("name", Value.of("target"), "indexes", Value.array(Value.of("n"))))
                .expect(201);
        admin.put("/collections/target/documents/there", Value.struct("n", Value.of(1)))
                .expect(201);
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @AfterEach
    void nodeIsWell() {
        Rest.stranger(node.uri()).get("//ready").expect(200);
        assertThat(admin.get("/collections/target/documents/there")
                        .expect(200)
                        .json()
                        .fields())
                .containsEntry("data", Value.struct("n", Value.of(1)));
        // That a dropped jar is bad is said as an error, to the operator.
        assertThat(node.log().lines().filter(line -> line.contains(" ERROR ") && !line.contains(" Inbox ")))
                .isEmpty();
    }

    private static void refused(Rest.Answer answer, String what) {
        assertThat(answer.status()).as("%s: %s", what, answer.text()).isBetween(400, 499);
        assertThat(answer.header("Content-Type")).as(what).contains("application/problem+json");
        assertThat(answer.code()).as(what).isNotEqualTo("(no code)");
    }

    @Test
    void malformedJsonIsRefusedOnEveryRoute() {
        List<String> bodies = List.of(
                "",
                "{",
                "}",
                "[1,2",
                "nul",
                "{\"a\":1,}",
                "{\"a\":1,\"a\":2}",
                "{\"n\":1e999}",
                "{\"n\":18446744073709551616}",
                "\"\\ud800\"",
                "{'a':1}",
                "[]",
                "1",
                "\"text\"",
                "null",
                "\u0000",
                "{\"a\":\"\u0001\"}",
                "[".repeat(100_000),
                "{\"a\":".repeat(70) + "1" + "}".repeat(70));
        for (String path : List.of(
                "/auth/login",
                "/auth/refresh",
                "/auth/logout",
                "/auth/setup",
                "/collections",
                "/collections/target/documents",
                "/transactions",
                "/users",
                "/stores/documents/swap")) {
            // A logout without a body ends the login that asks, and the tests go on with this one.
            Rest caller = path.equals("/auth/logout") ? Rest.stranger(node.uri()) : admin;
            for (String body : bodies) {
                refused(
                        caller.send("POST", path, BodyPublishers.ofString(body)),
                        path + " <- " + body.substring(0, Math.min(40, body.length())));
            }
            refused(
                    caller.send("POST", path, BodyPublishers.ofByteArray(new byte[] {
                        '{', '"', (byte) 0xff, '"', ':', '1', '}'
                    })),
                    path + " <- no UTF-8");
        }
        for (String body : bodies) {
            refused(
                    admin.send("PUT", "/collections/target/documents/there", BodyPublishers.ofString(body)),
                    "PUT <- " + body.substring(0, Math.min(40, body.length())));
            refused(
                    admin.send("PATCH", "/collections/target/documents/there", BodyPublishers.ofString(body)),
                    "PATCH <- " + body.substring(0, Math.min(40, body.length())));
        }
    }

    @Test
    void wrongTypesAndUnknownFieldsAreRefusedByName() {
        refused(admin.post("/collections", Value.struct("name", Value.of(1))), "a number as name");
        refused(
                admin.post("/collections", Value.struct("name", Value.of("x"), "indexes", Value.of("n"))),
                "a text as indexes");
        refused(
                admin.post(
                        "/collections",
                        Value.struct("name", Value.of("x"), "rules", Value.struct("list", Value.of(true)))),
                "a boolean as rule");
        refused(
                admin.post(
                        "/collections",
                        Value.struct("name", Value.of("x"), "rules", Value.struct("list", Value.of("((")))),
                "a broken rule");
        Rest.Answer unknown = admin.post("/collections", Value.struct("name", Value.of("x"), "indices", Value.array()));
        assertThat(unknown.expect(400).code()).isEqualTo("UNKNOWN_FIELD");
        refused(admin.post("/transactions", Value.struct("operations", Value.of("x"))), "a text as operations");
        refused(admin.post("/transactions", Value.struct("operations", Value.array(Value.NULL))), "null as operation");
        refused(
                admin.post(
                        "/transactions",
                        Value.struct(
                                "operations",
                                Value.array(Value.struct(
                                        "op",
                                        Value.of("put"),
                                        "collection",
                                        Value.of("target"),
                                        "data",
                                        Value.of(1))))),
                "a number as data");
        refused(admin.get("/collections/target/documents?limit=-1"), "limit");
        refused(admin.get("/collections/target/documents?limit=1e3"), "limit");
        refused(admin.get("/collections/target/documents?limit=9999999999999999999"), "limit");
        refused(admin.get("/collections/target/documents?limt=1"), "unknown parameter");
        refused(admin.get("/collections/target/documents?cursor=AAAA"), "cursor");
        refused(admin.get("/collections/target/documents?sort=" + Rest.encode("a,".repeat(50) + "a")), "sort");
        refused(admin.get("/changes?since=" + Rest.encode("nowhere:-1")), "position");
        refused(
                admin.put("/collections/target/documents/there", Value.struct("n", Value.of(2)), "If-Match", "\"x\""),
                "If-Match");
        refused(
                admin.put(
                        "/collections/target/documents/there",
                        Value.struct("n", Value.of(2)),
                        "Content-Type",
                        "application/xml"),
                "content type");
        refused(admin.send("POST", "/collections/target", BodyPublishers.noBody()), "method");
    }

    @Test
    void hostileFiltersAreRefusedOrBounded() {
        List<String> filters = List.of(
                "n ==",
                "(".repeat(5000),
                "n == 1 && ".repeat(1000) + "true",
                "[1,2,3].all(x, [1,2,3].all(y, [1,2,3].all(z, [1,2,3].all(w, true))))",
                "name.matches('(a+)+$')",
                "nosuch(n)",
                "__proto__.x == 1 ||",
                "n == 1; drop",
                "'\u0000' ==",
                "1 / 0 == n &&");
        for (String filter : filters) {
            Rest.Answer answer = admin.get("/collections/target/documents?filter=" + Rest.encode(filter));
            assertThat(answer.status())
                    .as("%s: %s", filter.substring(0, Math.min(60, filter.length())), answer.text())
                    .isLessThan(500);
        }
        refused(
                admin.get("/collections/target/documents?filter=" + Rest.encode("n == 1 || ".repeat(820) + "true")),
                "a long filter");
        // A quotation mark, an SQL comment: text, nothing more.
        assertThat(admin.get("/collections/target/documents?filter="
                                + Rest.encode("name == \"'; DROP TABLE documents; --\""))
                        .expect(200)
                        .items())
                .isEmpty();
    }

    @Test
    void hugeBodiesAreRefused() {
        byte[] document = ("{\"text\":\"" + "x".repeat(Limits.DOCUMENT_BYTES) + "\"}").getBytes(StandardCharsets.UTF_8);
        assertThat(admin.send("POST", "/collections/target/documents", BodyPublishers.ofByteArray(document))
                        .expect(413)
                        .code())
                .isEqualTo("TOO_LARGE");
        int length = Limits.FRAME_BYTES + 1;
        assertThat(RawHttp.status(
                        node.uri(),
                        "POST /api/v1/auth/login HTTP/1.1",
                        "Host: localhost",
                        "Content-Type: application/json",
                        "Content-Length: " + length))
                .isEqualTo(413);
        assertThat(RawHttp.status(
                        node.uri(),
                        "POST /api/v1/auth/login HTTP/1.1",
                        "Host: localhost",
                        "Content-Type: application/json",
                        "Content-Length: 99999999999999999999"))
                .isIn(400, 413);
        assertThat(RawHttp.status(node.uri(), "GET /" + "x".repeat(20_000) + " HTTP/1.1", "Host: localhost"))
                .isIn(414, 431, 400);
        assertThat(RawHttp.status(node.uri(), "GET / HTTP/1.1", "Host: localhost", "X-Big: " + "x".repeat(20_000)))
                .isEqualTo(431);
    }

    @Test
    void brokenHttpIsRefused() {
        URI uri = node.uri();
        assertThat(RawHttp.status(uri, "\u0016\u0003\u0001 no HTTP")).isIn(0, 400);
        assertThat(RawHttp.status(uri, "GET / HTTP/9.9", "Host: localhost")).isIn(400, 505);
        assertThat(RawHttp.status(uri, "GET / HTTP/1.1")).isEqualTo(400);
        assertThat(RawHttp.status(uri, "GET / HTTP/1.1", "Host: localhost", "Host: localhost"))
                .isEqualTo(400);
        assertThat(RawHttp.status(uri, "GET / HTTP/1.1", "Host: localhost", "No colon"))
                .isEqualTo(400);
        assertThat(RawHttp.status(
                        uri,
                        "POST /api/v1/auth/login HTTP/1.1",
                        "Host: localhost",
                        "Content-Length: 5",
                        "Transfer-Encoding: chunked",
                        "",
                        "0",
                        ""))
                .isBetween(400, 499);
        assertThat(RawHttp.status(
                        uri,
                        "POST /api/v1/auth/login HTTP/1.1",
                        "Host: localhost",
                        "Transfer-Encoding: chunked",
                        "",
                        "xyz"))
                .isBetween(400, 499);
        for (String noAuthority : List.of("/", "@:80", "a:b:c", "localhost:99999", "http://localhost/")) {
            assertThat(RawHttp.status(uri, "CONNECT " + noAuthority + " HTTP/1.1", "Host: localhost"))
                    .isEqualTo(400);
        }
        // A stranger can't fill the log with them.
        assertThat(node.log()).doesNotContain("HostPort");
        assertThat(RawHttp.status(uri, "FOO /api/v1/collections HTTP/1.1", "Host: localhost"))
                .isBetween(400, 501);
    }

    @Test
    void foreignHostsAndOriginsAreRefused() {
        for (String host : List.of(
                "evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "evil.example:" + node.port(),
                "[::2]",
                "10.0.0.1")) {
            assertThat(RawHttp.status(node.uri(), "GET /api/v1/auth/methods HTTP/1.1", "Host: " + host))
                    .as(host)
                    .isEqualTo(421);
        }
        for (String origin : List.of("http://evil.example", "null", "http://localhost.evil.example", "file://")) {
            assertThat(RawHttp.status(node.uri(), upgrade("Origin: " + origin)))
                    .as(origin)
                    .isEqualTo(403);
        }
        assertThat(RawHttp.status(node.uri(), upgrade("Origin: http://localhost:5173")))
                .isEqualTo(101);
    }

    private static String[] upgrade(String header) {
        return new String[] {
            "GET /api/v1/ws HTTP/1.1",
            "Host: localhost",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: patchbay.v1",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            header
        };
    }

    @Test
    void pathTricksReachNothing() throws IOException {
        Files.writeString(home.resolve("keys").resolve("bait"), "secret-bait");
        for (String path : List.of(
                "/../keys/bait",
                "/..%2fkeys%2fbait",
                "/%2e%2e/keys/bait",
                "/api/v1/../../keys/bait",
                "//keys/bait",
                "/client/../../keys/bait",
                "/;/../keys/bait",
                "/api/v1/collections/..%2f..%2fkeys",
                "/\\..\\keys\\bait",
                "/%00",
                "/api/v1/collections/%ff",
                "/api/v1/collections/target/documents/%zz")) {
            int status = RawHttp.status(
                    node.uri(),
                    "GET " + path + " HTTP/1.1",
                    "Host: localhost",
                    "Authorization: Bearer " + admin.token().orElseThrow());
            assertThat(status).as(path).isBetween(400, 499);
        }
        for (String name : List.of(
                "../x",
                "..",
                ".",
                "",
                "a/b",
                "a\\b",
                "_users",
                "x".repeat(65),
                "ü",
                "a b",
                "con:",
                "\u0000",
                "-",
                "$a")) {
            Rest.Answer answer = admin.post("/collections", Value.struct("name", Value.of(name)));
            assertThat(answer.status()).as("'%s': %s", name, answer.text()).isLessThan(500);
        }
        // As a document's id all of these are only text.
        for (String id : List.of("..", "../../keys/bait", "a/b", "%2e%2e", "'; --")) {
            String path = "/collections/target/documents/" + Rest.encode(id).replace(".", "%2E");
            Rest.Answer answer = admin.put(path, Value.struct("n", Value.of(5)));
            assertThat(answer.status()).as("%s: %s", id, answer.text()).isLessThan(500);
            if (answer.status() == 201) {
                assertThat(answer.json().findText("id")).contains(id);
                admin.delete(path).expect(204);
            }
        }
        refused(
                admin.put(
                        "/collections/target/documents/" + "x".repeat(Limits.ID_BYTES + 1),
                        Value.struct("n", Value.of(5))),
                "a long id");
        refused(
                admin.put("/collections/target/documents/a%00b", Value.struct("n", Value.of(5))),
                "a control character");
    }

    @Test
    void forgedTokensAreRefused() {
        String good = admin.token().orElseThrow();
        String[] parts = good.split("\\.");
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        String none = encoder.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
        String hmac = encoder.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8));
        String later = encoder.encodeToString(
                claims.replaceAll("\"exp\":\\d+", "\"exp\":99999999999").getBytes(StandardCharsets.UTF_8));
        String earlier = encoder.encodeToString(
                claims.replaceAll("\"exp\":\\d+", "\"exp\":1000000000").getBytes(StandardCharsets.UTF_8));
        String signature = parts[2];
        String flipped = (signature.charAt(0) == 'A' ? 'B' : 'A') + signature.substring(1);
        for (String forged : List.of(
                "",
                "x",
                "..",
                "a.b.c",
                good + ".x",
                parts[0] + "." + parts[1] + ".",
                parts[0] + "." + parts[1] + "." + flipped,
                parts[0] + "." + later + "." + signature,
                parts[0] + "." + earlier + "." + signature,
                none + "." + parts[1] + ".",
                none + "." + parts[1] + "." + signature,
                hmac + "." + parts[1] + "." + signature,
                "x".repeat(10_000))) {
            Rest forger = new Rest(node.uri(), Optional.of(forged));
            assertThat(forger.get("/collections").status()).as(forged).isIn(400, 401);
            try (Wire wire = Wire.connect(node.uri())) {
                assertThat(code(wire, "login", "token", Value.of(forged)))
                        .as(forged)
                        .isIn("UNAUTHENTICATED", "TOKEN_EXPIRED", "BAD_REQUEST", "LOGIN_FAILED", "MALFORMED");
            }
        }
        refused(
                Rest.stranger(node.uri()).post("/auth/refresh", Value.struct("refreshToken", Value.of(good))),
                "an access token as refresh token");
        refused(
                Rest.stranger(node.uri())
                        .post(
                                "/auth/setup",
                                Value.struct(
                                        "code",
                                        Value.of("x"),
                                        "name",
                                        Value.of("eve"),
                                        "password",
                                        Value.of(Operator.PASSWORD))),
                "a code from nowhere");
        assertThat(RawHttp.status(
                        node.uri(), "GET /api/v1/collections HTTP/1.1", "Host: localhost", "Authorization: Basic YTpi"))
                .isIn(400, 401);
    }

    private static String code(Wire wire, String op, Object... fields) {
        try {
            wire.ask(op, fields);
            return "(accepted)";
        } catch (Wire.Refused refused) {
            return refused.code();
        }
    }

    @Test
    void hostileFramesAreAnsweredAsTheVectorsSay() throws IOException {
        Value.Struct vectors =
                (Value.Struct) Json.decodeEnvelope(Files.readAllBytes(Path.of("..", "docs", "protocol-vectors.json")));
        for (Value.Struct vector : WatchedState.structs(vectors, "hostile")) {
            Optional<Long> close = vector.findInt("close");
            if (close.isPresent() && vector.findText("hex").isPresent()) {
                try (Wire wire = Wire.connect(node.uri())) {
                    wire.sendFrame(
                            HexFormat.of().parseHex(vector.findText("hex").get()));
                    assertThat(Wire.await(wire.ended())).as("%s", vector).startsWith(close.get() + " ");
                }
            }
        }
    }

    @Test
    void otherFramesThatNobodyShouldSendAreRefused() {
        try (Wire wire = Wire.connect(admin)) {
            wire.sendText("{\"id\":1,\"op\":\"ping\"}");
            assertThat(Wire.await(wire.ended())).startsWith("1003 ");
        }
        try (Wire wire = Wire.connect(admin)) {
            wire.sendFrame(new byte[Limits.FRAME_BYTES + 1]);
            assertThat(Wire.await(wire.ended())).startsWith("1009 ");
        }
        try (Wire wire = Wire.connect(admin)) {
            assertThat(code(wire, "nosuch")).isEqualTo("BAD_REQUEST");
            assertThat(code(
                            wire,
                            "get",
                            "collection",
                            Value.of("target"),
                            "document",
                            Value.of("there"),
                            "colour",
                            Value.of("red")))
                    .isEqualTo("UNKNOWN_FIELD");
            assertThat(code(wire, "get", "collection", Value.of(1), "document", Value.of("there")))
                    .isEqualTo("BAD_REQUEST");
            assertThat(code(wire, "get", "collection", Value.NULL, "document", Value.of("there")))
                    .isEqualTo("BAD_REQUEST");
            assertThat(code(wire, "put", "collection", Value.of("target"), "data", Value.of(1)))
                    .isEqualTo("BAD_REQUEST");
            assertThat(code(wire, "subscribe", "mode", Value.of("both"), "collection", Value.of("target")))
                    .isEqualTo("BAD_REQUEST");
            assertThat(code(
                            wire,
                            "subscribe",
                            "mode",
                            Value.of("watch"),
                            "collection",
                            Value.of("target"),
                            "subscription",
                            Value.of(-1)))
                    .isEqualTo("BAD_REQUEST");
            assertThat(code(wire, "subscribe", "mode", Value.of("watch"), "collection", Value.of("nosuch")))
                    .isEqualTo("COLLECTION_NOT_FOUND");
            assertThat(code(wire, "unsubscribe", "subscription", Value.of(99))).isNotEqualTo("INTERNAL");
            assertThat(code(
                            wire,
                            "put",
                            "collection",
                            Value.of("target"),
                            "data",
                            Value.struct("big", Value.of("x".repeat(Limits.DOCUMENT_BYTES)))))
                    .isEqualTo("TOO_LARGE");
            wire.ask("ping");
        }
    }

    @Test
    void noiseIsNeverAFaultOfTheNode() {
        long seed = System.nanoTime();
        System.out.println("HostileIT seed " + seed);
        Random random = new Random(seed);
        byte[] good = Cbor.encode(Value.struct(
                "id",
                Value.of(1),
                "op",
                Value.of("put"),
                "collection",
                Value.of("target"),
                "document",
                Value.of("noise"),
                "data",
                Value.struct("n", Value.of(1.5), "t", Value.of("x"))));
        for (int i = 0; i < NOISE; i++) {
            byte[] bytes = good.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try (Wire wire = Wire.connect(admin)) {
                wire.sendFrame(bytes);
                // A reply to an id that nobody gave away ends the client, a close code the connection; or it is a good
                // request after all, and the next ping is answered.
                wire.send("ping");
                await().until(() -> wire.ended().isDone() || answersAPing(wire));
                if (wire.ended().isDone()) {
                    assertThat(wire.ended().join()).doesNotStartWith("1011").doesNotContain("INTERNAL");
                }
            }
            byte[] json = Json.encode(Value.struct("name", Value.of("x"), "n", Value.of(7)));
            json[random.nextInt(json.length)] = (byte) random.nextInt();
            assertThat(admin.send("PUT", "/collections/target/documents/noise", BodyPublishers.ofByteArray(json))
                            .status())
                    .isLessThan(500);
        }
    }

    private static boolean answersAPing(Wire wire) {
        try {
            wire.ask("ping");
            return true;
        } catch (Wire.ConnectionEnded ended) {
            return false;
        }
    }

    @Test
    void noiseOnTheControlSocketHarmsNobody() throws IOException {
        Path socket;
        try (Stream<Path> files = Files.walk(home)) {
            socket = files.filter(file -> file.getFileName().toString().endsWith(".sock"))
                    .findFirst()
                    .orElseThrow();
        }
        Random random = new Random(1);
        for (byte[] noise : List.of(
                new byte[] {-1, -1, -1, -1, 0},
                new byte[] {0x7f, -1, -1, -1},
                new byte[] {0, 0, 0, 2, 1, 2},
                new byte[] {0, 0, 0, 1, (byte) 0xff},
                new byte[0],
                random(random, 4096))) {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(socket));
                channel.write(ByteBuffer.wrap(noise));
            }
        }
        new Operator(home).run("status");
    }

    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void badJarsAreRefusedByNameAndLeaveEverythingAsItWas(@TempDir Path jars) throws IOException {
        byte[] whole = Files.readAllBytes(SampleStore.jar());
        Map<String, byte[]> bad = Map.of(
                "empty.jar", new byte[0],
                "noise.jar", random(new Random(2), 5000),
                "truncated.jar", Arrays.copyOf(whole, whole.length / 2));
        Operator operator = new Operator(home);
        String before = operator.run("plugin", "list", "--json");
        for (Map.Entry<String, byte[]> jar : bad.entrySet()) {
            Path file = Files.write(jars.resolve(jar.getKey()), jar.getValue());
            CommandResult result = operator.tryRun("plugin", "install", file.toString());
            assertThat(result.exitCode()).as(result.output()).isNotZero();
            assertThat(result.output()).contains(jar.getKey()).doesNotContain("\tat ");
            refused(
                    admin.send(
                            "POST",
                            "/plugins",
                            BodyPublishers.ofByteArray(jar.getValue()),
                            "Content-Type",
                            "application/java-archive"),
                    jar.getKey());
        }
        Files.write(home.resolve("plugins").resolve("dropped.jar"), bad.get("truncated.jar"));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(node.log()).contains("dropped.jar"));
        assertThat(operator.run("plugin", "list", "--json")).isEqualTo(before);
    }
}
