package io.patchbay.it;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * An {@code EventSource} as HTML describes it: reads a stream, comes back after the delay that the server chose with the last id it has, and gives up for good at any answer but a stream. Any
 * thread.
 */
final class EventStreamClient implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();

    private final URI address;
    private final Optional<String> token;
    private final Consumer<Event> listener;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "event-source");
    /** Guarded by this object, as all that follows. */
    private final List<Event> events = new ArrayList<>();

    private final List<Integer> refusals = new ArrayList<>();
    private int connections;
    private int ends;
    private int brokenOff;
    private String lastId = "";
    private long retryMs = 500;
    private Optional<InputStream> body = Optional.empty();

    /** @param lastId of the client, after it */
    record Event(String name, String lastId, Value.Struct data) {}

    /** @param pathAndQuery below /api/v1 */
    EventStreamClient(URI node, String pathAndQuery, Optional<String> token) {
        this(node, pathAndQuery, token, event -> {});
    }

    /** @param listener hears of each event, in order */
    EventStreamClient(URI node, String pathAndQuery, Optional<String> token, Consumer<Event> listener) {
        this.listener = listener;
        this.address = URI.create(node + "/api/v1" + pathAndQuery);
        this.token = token;
        thread.setDaemon(true);
        thread.start();
    }

    private HttpClient http() {
        return address.getScheme().equals("https") ? TestAuthority.shared().http() : CLIENT;
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    /** Those with this name. */
    List<Value.Struct> events(String name) {
        return events().stream()
                .filter(event -> event.name().equals(name))
                .map(Event::data)
                .toList();
    }

    /** Every change of every event, in order. */
    List<Value.Struct> changes() {
        return events("changes").stream()
                .flatMap(event -> WatchedState.structs(event, "changes").stream())
                .toList();
    }

    /** Where it began. */
    String firstPosition() {
        return events("subscribed").get(0).findText("position").orElseThrow();
    }

    /** How often it was connected. */
    synchronized int connections() {
        return connections;
    }

    /** How often a stream ended. */
    synchronized int ends() {
        return ends;
    }

    /** How often it broke off, or could not be connected. */
    synchronized int brokenOff() {
        return brokenOff;
    }

    /** The status at which it gave up. */
    synchronized Optional<Integer> refusal() {
        return refusals.stream().findFirst();
    }

    private void run() {
        try {
            while (closed.getCount() > 0) {
                if (!connect() || closed.await(retryMs(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether to come back. */
    private boolean connect() throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address).header("Accept", "text/event-stream");
        token.ifPresent(bearer -> request.header("Authorization", "Bearer " + bearer));
        synchronized (this) {
            if (!lastId.isEmpty()) {
                request.header("Last-Event-ID", lastId);
            }
        }
        try {
            HttpResponse<InputStream> response = http().send(request.build(), BodyHandlers.ofInputStream());
            try (InputStream stream = response.body()) {
                if (response.statusCode() != 200) {
                    synchronized (this) {
                        refusals.add(response.statusCode());
                    }
                    return false;
                }
                synchronized (this) {
                    connections++;
                    body = Optional.of(stream);
                }
                read(new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)));
            }
        } catch (IOException lost) {
            // Comes back, as a browser does.
            synchronized (this) {
                brokenOff++;
            }
        }
        synchronized (this) {
            ends++;
        }
        return true;
    }

    private void read(BufferedReader lines) throws IOException {
        String name = "message";
        Optional<String> id = Optional.empty();
        StringBuilder data = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1).replaceFirst("^ ", "");
            switch (line.isEmpty() ? "dispatch" : field) {
                case "dispatch" -> {
                    dispatch(name, id, data.toString());
                    name = "message";
                    id = Optional.empty();
                    data.setLength(0);
                }
                case "event" -> name = value;
                case "id" -> id = Optional.of(value);
                case "data" -> data.append(value);
                case "retry" -> retry(Long.parseLong(value));
                default -> {
                    // A comment.
                }
            }
        }
    }

    private synchronized void dispatch(String name, Optional<String> id, String data) {
        lastId = id.orElse(lastId);
        if (!data.isEmpty()) {
            Value.Struct message = (Value.Struct) Json.decodeEnvelope(data.getBytes(StandardCharsets.UTF_8));
            Event event = new Event(name, lastId, message);
            events.add(event);
            listener.accept(event);
        }
    }

    private synchronized void retry(long ms) {
        retryMs = ms;
    }

    private synchronized long retryMs() {
        return retryMs;
    }

    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        Optional<InputStream> open;
        synchronized (this) {
            open = body;
        }
        open.ifPresent(stream -> {
            try {
                stream.close();
            } catch (IOException e) {
                // It was broken already.
            }
        });
    }
}
