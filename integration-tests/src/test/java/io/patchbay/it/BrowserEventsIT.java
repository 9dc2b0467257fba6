package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A web page of another port of this machine with a plain {@code EventSource}, in Chromium. */
class BrowserEventsIT {
    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final String PAGE = """
            <!doctype html><title>events</title>
            <script>
              const source = new EventSource("%s");
              let sent = Promise.resolve();
              const tell = (what) => { sent = sent.then(() => fetch("/told", { method: "POST", body: what })); };
              for (const name of ["subscribed", "snapshot", "changes", "reload", "end"]) {
                source.addEventListener(name, (event) => tell(event.data));
              }
              source.onerror = () => tell(JSON.stringify({ event: "error", state: source.readyState }));
            </script>
            """;

    @TempDir
    Path home;

    /** Its files may outlive the browser by a moment, so nobody insists on their end. */
    @TempDir(cleanup = CleanupMode.NEVER)
    Path profile;

    private final List<Value.Struct> told = new CopyOnWriteArrayList<>();

    @Test
    void plainEventSourceIsToldTheStateAndTheChangesAndResumesBehindAKill() throws Exception {
        Optional<Path> chromium = chromium();
        assertThat(chromium).as("a Chromium on the PATH").isPresent();
        HttpServer pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        Node node = Node.start(home);
        Optional<Process> browser = Optional.empty();
        try {
            Operator operator = new Operator(home);
            operator.addAdmin();
            Rest admin = operator.login(node.uri());
            admin.post("/collections", Value.struct("name", Value.of("things"))).expect(201);
            put(admin, "a", 10);
            serve(pages, address(node, admin));
            browser = Optional.of(start(chromium.get(), pages));

            await().atMost(LIMIT).until(() -> told("snapshot").size() == 1);
            put(admin, "b", 11);
            put(admin, "a", 1);
            await().atMost(LIMIT).until(() -> changes().size() == 2);

            String port = String.valueOf(node.port());
            node.kill();
            await().atMost(LIMIT).until(() -> told("error").size() > 0);
            node = Node.start(home, "--port", port);
            put(admin.at(node.uri()), "c", 12);
            put(admin.at(node.uri()), "d", 13);
            await().atMost(LIMIT).until(() -> changes().size() >= 4);

            assertThat(changes()).containsExactly("put b", "remove a", "put c", "put d");
            assertThat(told("snapshot")).hasSize(1);
            assertThat(told("reload")).isEmpty();
        } finally {
            browser.ifPresent(BrowserEventsIT::end);
            pages.stop(0);
            node.close();
        }
    }

    private List<Value.Struct> told(String name) {
        return told.stream()
                .filter(event -> event.findText("event").equals(Optional.of(name)))
                .toList();
    }

    /** In events of which each, after a break, may stand for several. */
    private List<String> changes() {
        return told("changes").stream()
                .flatMap(event -> WatchedState.structs(event, "changes").stream())
                .map(change -> change.findText("op").orElseThrow() + " "
                        + change.findText("id").orElseThrow())
                .toList();
    }

    private static String address(Node node, Rest admin) {
        String ticket = admin.post("/events/tickets", Value.struct())
                .expect(201)
                .json()
                .findText("ticket")
                .orElseThrow();
        return node.uri() + "/api/v1/events?collection=things&filter=" + Rest.encode("n > 5") + "&ticket=" + ticket;
    }

    private static void put(Rest admin, String id, int n) {
        admin.put("/collections/things/documents/" + id, Value.struct("n", Value.of(n)));
    }

    private void serve(HttpServer pages, String address) {
        byte[] page = String.format(PAGE, address).getBytes(StandardCharsets.UTF_8);
        pages.createContext("/", exchange -> answer(exchange, page));
        pages.createContext("/told", exchange -> {
            told.add(
                    (Value.Struct) Json.decodeEnvelope(exchange.getRequestBody().readAllBytes()));
            answer(exchange, new byte[0]);
        });
        pages.start();
    }

    private static void answer(HttpExchange exchange, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private Process start(Path chromium, HttpServer pages) throws IOException {
        return new ProcessBuilder(
                        chromium.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "http://localhost:" + pages.getAddress().getPort() + "/")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void end(Process browser) {
        List<ProcessHandle> children = browser.descendants().toList();
        browser.destroy();
        try {
            if (!browser.waitFor(10, TimeUnit.SECONDS)) {
                browser.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }

    private static Optional<Path> chromium() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
