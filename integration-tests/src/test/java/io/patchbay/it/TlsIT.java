package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import io.patchbay.client.ClientException;
import io.patchbay.client.ClientOptions;
import io.patchbay.client.DocumentCollection;
import io.patchbay.client.Interest;
import io.patchbay.client.PatchbayClient;
import io.patchbay.client.Status;
import io.patchbay.client.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS on the node's port and on that of a protocol, with the clients that users have: the one for Java, curl, and the JDK's sockets. */
@Timeout(300)
class TlsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern LINES = Pattern.compile("Listening on 127\\.0\\.0\\.1:(\\d+) for lines");
    private static final TestAuthority AUTHORITY = TestAuthority.shared();

    @TempDir
    Path home;

    /** Connections that are open keep the certificate that they began with, and notice nothing; new ones get the new one, unless it is bad. */
    @Test
    void theCertificateIsReplacedUnderOpenConnections() throws Exception {
        Path file = certified("conf/node.pem", "listen: {tcp: [{protocol: lines, port: 0, tls: true}]}\n");
        Operator operator = new Operator(home);
        operator.addAdmin();
        try (Node node = Node.start(home)) {
            assertThat(node.uri().getScheme()).isEqualTo("https");
            installLines(operator);
            Rest admin = operator.login(node.uri());
            admin.post("/collections", Value.struct("name", Value.of("items"))).expect(201);
            List<Status> statuses = new CopyOnWriteArrayList<>();
            List<String> seen = new CopyOnWriteArrayList<>();
            ClientOptions options =
                    ClientOptions.of(node.uri()).trust(AUTHORITY.certificate()).onStatus(statuses::add);
            try (PatchbayClient client = PatchbayClient.of(options);
                    LineClient line = new LineClient(AUTHORITY.trusting().getSocketFactory(), linesPort(node));
                    SSLSocket kept = connect(node)) {
                client.login(Operator.ADMIN, Operator.PASSWORD).join();
                DocumentCollection items = client.collection("items");
                items.changes(Interest.all(), (changes, position) -> changes.forEach(change -> seen.add(change.id())))
                        .join();
                line.login(admin.token().orElseThrow());
                items.put("before", Value.struct("n", Value.of(1))).join();
                assertThat(served(kept)).isEqualTo("CN=first");
                askHealth(kept);

                AUTHORITY.issue(file, "second");
                node.awaitLine("New connections get the certificate that is now in " + file);
                await().atMost(PATIENCE).until(() -> servedToNew(node).equals("CN=second"));

                Files.writeString(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
                String told = node.awaitLine("The certificate that was read before stays in use.");
                assertThat(told).contains("The file " + file + " holds a certificate that is damaged.");
                assertThat(servedToNew(node)).isEqualTo("CN=second");
                assertThat(operator.run("status", "--tree")).contains("holds a certificate that is damaged");

                AUTHORITY.issue(file, "third");
                await().atMost(PATIENCE).until(() -> servedToNew(node).equals("CN=third"));
                assertThat(operator.run("status", "--tree")).doesNotContain("holds a certificate that is damaged");

                askHealth(kept);
                assertThat(line.ask("get", "collection", "items", "document", "before")
                                .join())
                        .isNotNull();
                items.put("after", Value.struct("n", Value.of(2))).join();
                await().atMost(PATIENCE).until(() -> seen.equals(List.of("before", "after")));
                assertThat(statuses).containsExactly(Status.CONNECTING, Status.CONNECTED);
                assertThat(line.end()).isEmpty();
            }
        }
    }

    @Test
    void theClientForJavaTrustsWhomItIsToldToTrust() throws Exception {
        certified("conf/node.pem", "");
        Operator operator = new Operator(home);
        operator.addAdmin();
        try (Node node = Node.start(home)) {
            operator.login(node.uri())
                    .post("/collections", Value.struct("name", Value.of("items")))
                    .expect(201);
            for (Transport transport : Transport.values()) {
                ClientOptions stranger = ClientOptions.of(node.uri()).transport(transport);
                try (PatchbayClient client = PatchbayClient.of(stranger)) {
                    assertThatThrownBy(() -> client.login(Operator.ADMIN, Operator.PASSWORD)
                                    .join())
                            .isInstanceOf(CompletionException.class)
                            .cause()
                            .isInstanceOfSatisfying(
                                    ClientException.class,
                                    refused -> assertThat(refused.code())
                                            .as(transport.name())
                                            .isEqualTo(ClientException.UNTRUSTED))
                            .hasMessageContaining("The certificate of " + node.uri() + " is not trusted")
                            .hasMessageContaining("ClientOptions.trust");
                }
                try (PatchbayClient client = PatchbayClient.of(stranger.trust(AUTHORITY.certificate()))) {
                    client.login(Operator.ADMIN, Operator.PASSWORD).join();
                    DocumentCollection items = client.collection("items");
                    items.put(transport.name(), Value.struct("n", Value.of(1))).join();
                    assertThat(items.get(transport.name()).join().id()).isEqualTo(transport.name());
                }
            }
        }
    }

    /** The commands of docs/operating.md, as they stand there. */
    @Test
    void theDocumentedCommandsMakeACertificateThatCurlTrusts() throws Exception {
        String documentation = Files.readString(Path.of("../docs/operating.md"));
        Matcher block = Pattern.compile("```sh\n(# A certificate authority of your own.*?)```", Pattern.DOTALL)
                .matcher(documentation);
        assertThat(block.find()).isTrue();
        Files.createDirectories(home.resolve("conf"));
        shell("cd '" + home + "' && " + block.group(1));
        configure("tls: {certificate: conf/node.pem, key: conf/node.key}\n");
        try (Node node = Node.start(home)) {
            String command = "curl --silent --show-error --cacert '" + home.resolve("conf/ca.pem") + "' ";
            assertThat(shell(command + node.uri() + "/health")).contains("status");
            assertThat(shell(command + "--tlsv1.2 --tls-max 1.2 " + node.uri() + "/health"))
                    .contains("status");
            CommandResult stranger = CommandResult.of(Path.of("/bin/sh"), "", "-c", "curl " + node.uri() + "/health");
            assertThat(stranger.exitCode()).as(stranger.output()).isEqualTo(60);
            assertThat(new Operator(home).run("status", "--tree"))
                    .contains(node.uri().toString());
        }
    }

    @Test
    void pkcs12IsReadWithThePasswordOfAFile() throws Exception {
        certified("conf/node.p12", "");
        Files.writeString(home.resolve("conf/secret"), TestAuthority.PASSWORD + "\n");
        configure("tls: {certificate: conf/node.p12, passwordFile: conf/secret}\n");
        try (Node node = Node.start(home)) {
            assertThat(servedToNew(node)).isEqualTo("CN=first");
            Rest.stranger(node.uri()).get("//health").expect(200);
        }
        Files.writeString(home.resolve("conf/secret"), "guess\n");
        assertThat(refusal())
                .contains(home.resolve("conf/node.p12") + " ", "password")
                .doesNotContain("guess");
    }

    @Test
    void oldVersionsAndPlainHttpAreRefused() throws Exception {
        certified("conf/node.pem", "");
        try (Node node = Node.start(home)) {
            for (String version : List.of("-tls1_1", "-tls1")) {
                CommandResult old = CommandResult.of(
                        Path.of("/bin/sh"),
                        "",
                        "-c",
                        "openssl s_client -connect 127.0.0.1:" + node.port() + " " + version
                                + " -cipher 'ALL:@SECLEVEL=0'");
                assertThat(old.output()).as(version).containsIgnoringCase("alert protocol version");
            }
            URI plain = URI.create("http://127.0.0.1:" + node.port());
            assertThat(RawHttp.status(plain, "GET /health HTTP/1.1", "Host: localhost"))
                    .isEqualTo(400);
            Rest.stranger(node.uri()).get("//health").expect(200);
        }
    }

    @Test
    void aBadCertificateKeepsTheNodeFromStartingAndSaysWhy() throws Exception {
        configure("tls: {certificate: conf/absent.pem}\n");
        assertThat(refusal())
                .contains(
                        "The file " + home.resolve("conf/absent.pem") + ", which tls.certificate names, is not there.");
        Path file = certified("conf/node.pem", "");
        String text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.indexOf("-----BEGIN PRIVATE KEY-----")));
        assertThat(refusal()).contains(file + " holds no private key; put it into the file too");
        AUTHORITY.issue(home.resolve("conf/other.pem"), "other");
        configure("tls: {certificate: conf/node.pem, key: conf/other.pem}\n");
        assertThat(refusal()).contains("does not belong to the certificate in " + file + " (CN=first)");
        configure("tls: {key: conf/node.pem}\n");
        assertThat(refusal()).contains("tls.key is given without tls.certificate");
    }

    /** From clear to TLS and back, while the node runs; what can't be applied leaves all as it was. */
    @Test
    void aChangedConfigurationIsAppliedWholeOrNotAtAll() throws Exception {
        Operator operator = new Operator(home);
        operator.addAdmin();
        try (Node node = Node.start(home)) {
            installLines(operator);
            URI plain = node.uri();
            URI encrypted = URI.create(plain.toString().replace("http:", "https:"));
            configure("listen: {tcp: [{protocol: lines, port: 0}]}\ntls: {certificate: conf/node.pem}\n");
            assertThat(node.awaitLine("Still listening as before"))
                    .contains("which tls.certificate names, is not there. Still listening as before, on " + plain);
            assertThat(LINES.matcher(node.log()).find())
                    .as("the socket beside it was not opened")
                    .isFalse();
            Rest.stranger(plain).get("//health").expect(200);

            certified("conf/node.pem", "listen: {tcp: [{protocol: lines, port: 0, tls: true}]}\n");
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(servedToNew(node)).isEqualTo("CN=first"));
            Rest.stranger(encrypted).get("//health").expect(200);
            assertThat(operator.run("status", "--tree")).contains(encrypted.toString());
            await().atMost(PATIENCE).until(() -> LINES.matcher(node.log()).find());

            configure("");
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> Rest.stranger(plain).get("//health").expect(200));
        }
    }

    private Path certified(String file, String more) throws IOException {
        Path path = home.resolve(file);
        Files.createDirectories(home.resolve("conf"));
        AUTHORITY.issue(path, "first");
        configure(more + "tls: {certificate: " + file + "}\n");
        return path;
    }

    private void configure(String yaml) throws IOException {
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/patchbay.yaml"), yaml);
    }

    private String refusal() {
        Node node = Node.launch(Distribution.shared(), home);
        assertThat(node.awaitExit()).as(node.log()).isEqualTo(1);
        return node.log();
    }

    private static void installLines(Operator operator) {
        operator.run(
                "plugin",
                "install",
                Distribution.shared()
                        .folder()
                        .resolve("samples/patchbay-protocol-lines-0.1.0.jar")
                        .toString());
    }

    private static int linesPort(Node node) {
        Matcher port = LINES.matcher(node.log());
        assertThat(port.find()).as(node.log()).isTrue();
        return Integer.parseInt(port.group(1));
    }

    private static SSLSocket connect(Node node) throws IOException {
        return (SSLSocket) AUTHORITY.trusting().getSocketFactory().createSocket("127.0.0.1", node.port());
    }

    private static String served(SSLSocket socket) throws SSLException {
        X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return certificate.getSubjectX500Principal().getName();
    }

    private static String servedToNew(Node node) throws IOException {
        try (SSLSocket socket = connect(node)) {
            // Whatever session is kept of before is of the certificate of before.
            socket.getSession().invalidate();
            return served(socket);
        }
    }

    /** On a connection that is kept. */
    private static void askHealth(SSLSocket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
            assertThat(head.length()).isLessThan(10_000);
        }
        assertThat(head).startsWith("HTTP/1.1 200");
        Matcher length = Pattern.compile("(?i)content-length: (\\d+)").matcher(head);
        assertThat(length.find()).as(head.toString()).isTrue();
        in.readNBytes(Integer.parseInt(length.group(1)));
    }

    private static String shell(String commands) {
        CommandResult result = CommandResult.of(Path.of("/bin/sh"), "", "-ec", commands);
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output();
    }
}
