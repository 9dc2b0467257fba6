package io.patchbay.transport.http;

import io.patchbay.api.http.Arrival;
import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.HttpRoute;
import io.patchbay.testkit.session.MemoryMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/** A transport behind a socket of the test. */
final class TestNode implements AutoCloseable {
    static final HttpTimes TIMES = new HttpTimes(
            Duration.ofMillis(1500),
            Duration.ofMillis(500),
            Duration.ofMillis(1500),
            HttpLimits.HTTP_IDLE,
            Duration.ofMillis(1500));

    final FakeProviders providers = new FakeProviders();
    final EchoConnections connections = new EchoConnections();
    final MemoryMetrics metrics = new MemoryMetrics();
    final HttpTransport transport;
    /** What the test's socket is for; HTTP if nothing. */
    volatile Optional<String> protocol = Optional.empty();

    /** The server's side of TLS for the next connection; none for one in clear. */
    volatile Supplier<Optional<SSLEngine>> tls = Optional::empty;

    /** How {@link #connect} does. */
    volatile Dial dial = TestNode::connectPlainly;

    interface Dial {
        Socket connect(TestNode node) throws IOException;
    }

    private final ServerSocketChannel socket;
    private final Thread accepting;

    TestNode() throws IOException {
        this(Map.of());
    }

    TestNode(Map<String, ?> config) throws IOException {
        this(config, TIMES);
    }

    TestNode(Map<String, ?> config, HttpTimes times) throws IOException {
        transport = new HttpTransport(providers, connections, metrics, config, times);
        socket = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        accepting = new Thread(this::accept, "test-accept");
        accepting.start();
    }

    int port() {
        return socket.socket().getLocalPort();
    }

    URI uri(String path) {
        return URI.create("http://localhost:" + port() + path);
    }

    URI webSocketUri() {
        return URI.create("ws://localhost:" + port() + WebSocketDoor.PATH);
    }

    /** As a client of this node does. */
    Socket connect() throws IOException {
        return dial.connect(this);
    }

    /** Whatever its clients speak. */
    Socket connectPlainly() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port());
        client.setSoTimeout(10_000);
        return client;
    }

    /** Sends {@code text} as it is, returns all that comes until the server closes. */
    String exchange(String text) throws IOException {
        try (Socket client = connect()) {
            client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            client.getOutputStream().flush();
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static Route route(Function<HttpRequest, CompletionStage<HttpResponse>> handler, String... patterns) {
        return new Route(List.of(patterns), handler);
    }

    static HttpResponse text(String body) {
        return HttpResponse.of(200, "text/plain", body.getBytes(StandardCharsets.UTF_8));
    }

    static CompletionStage<HttpResponse> now(String body) {
        return CompletableFuture.completedFuture(text(body));
    }

    @Override
    public void close() throws Exception {
        socket.close();
        accepting.join();
        transport.stop();
    }

    private void accept() {
        try {
            while (true) {
                transport.accept(new Arrival(socket.accept(), tls.get(), protocol));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    record Route(List<String> patterns, Function<HttpRequest, CompletionStage<HttpResponse>> handler)
            implements HttpRoute {
        @Override
        public CompletionStage<HttpResponse> handle(HttpRequest request) {
            return handler.apply(request);
        }
    }
}
