package io.patchbay.protocol.rest;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.protocol.LiveSession;
import io.patchbay.api.protocol.SubscriptionListener;
import io.patchbay.testkit.session.MemoryDocuments;
import io.patchbay.testkit.session.MemoryLogins;
import io.patchbay.testkit.session.MemoryMetrics;
import io.patchbay.testkit.session.MemorySession;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The routes, with everything behind them in memory. Requests are made as a transport would make them. */
final class RestNode implements AutoCloseable {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
    static final Identity ADMIN =
            new Identity("u1", "ann", Optional.of(Role.ADMIN), Optional.empty(), Optional.empty());
    static final Identity USER = new Identity("u2", "bob", Optional.of(Role.USER), Optional.empty(), Optional.empty());

    final MemoryDocuments documents = new MemoryDocuments("cities");
    final MemoryLogins logins = new MemoryLogins(CLOCK);
    final MemoryAccounts accounts = new MemoryAccounts();
    final RecordingOperations operations = new RecordingOperations();
    final List<MemorySession> sessions = new ArrayList<>();
    final MemoryLog log = new MemoryLog();
    final List<HandledSession> live = new ArrayList<>();
    final FixedStatus status = new FixedStatus();
    final MemoryMetrics metrics = new MemoryMetrics();
    final RestRoutes routes = new RestRoutes(
            this::open,
            this::openLive,
            metrics,
            logins,
            accounts,
            operations,
            operations.stores(),
            operations.jobs(),
            new MemoryRules(),
            new FixedProviders("h2", "sqlite"),
            status,
            log);

    RestNode() {
        logins.admit(ADMIN);
        logins.admit(USER);
    }

    Ask as(Identity identity, String method, String path) {
        return ask(method, path).header("Authorization", "Bearer " + logins.issue(identity));
    }

    Ask admin(String method, String path) {
        return as(ADMIN, method, path);
    }

    Ask ask(String method, String path) {
        return new Ask(method, path);
    }

    @Override
    public void close() {
        routes.close();
    }

    private LiveSession openLive(Identity identity, SubscriptionListener listener) {
        HandledSession session = new HandledSession(identity, listener, documents.keyValues());
        live.add(session);
        return session;
    }

    private MemorySession open(Identity identity) {
        MemorySession session = new MemorySession(identity, documents);
        sessions.add(session);
        return session;
    }

    /** One request, being made. */
    final class Ask {
        private final String method;
        private final URI uri;
        private final Map<String, String> headers = new HashMap<>();
        private byte[] body = {};

        private Ask(String method, String path) {
            this.method = method;
            this.uri = URI.create(path);
        }

        Ask header(String name, String value) {
            headers.put(name.toLowerCase(Locale.ROOT), value);
            return this;
        }

        Ask json(String json) {
            return body("application/json", json.getBytes(StandardCharsets.UTF_8));
        }

        Ask body(String contentType, byte[] bytes) {
            body = bytes;
            return header("Content-Type", contentType);
        }

        Answered send() {
            for (String pattern : routes.patterns()) {
                Optional<Map<String, String>> parameters = match(pattern);
                if (parameters.isPresent()) {
                    HttpRequest request = new HttpRequest(
                            pattern, method, uri.getRawPath(), parameters.get(), query(), headers, body, "127.0.0.1");
                    return new Answered(
                            routes.handle(request).toCompletableFuture().join());
                }
            }
            throw new AssertionError("no route for " + method + " " + uri);
        }

        private Optional<Map<String, String>> match(String pattern) {
            String[] wanted = pattern.split(" ")[1].split("/", -1);
            String[] segments = uri.getRawPath().split("/", -1);
            String served = method.equals("HEAD") ? "GET" : method;
            boolean rest = pattern.endsWith("*}");
            if (!pattern.startsWith(served + " ")
                    || (rest ? wanted.length > segments.length : wanted.length != segments.length)) {
                return Optional.empty();
            }
            Map<String, String> parameters = new HashMap<>();
            for (int i = 0; i < wanted.length; i++) {
                if (wanted[i].endsWith("*}")) {
                    String left = String.join("/", List.of(segments).subList(i, segments.length));
                    parameters.put(wanted[i].substring(1, wanted[i].length() - 2), decode(left));
                } else if (wanted[i].startsWith("{")) {
                    parameters.put(wanted[i].substring(1, wanted[i].length() - 1), decode(segments[i]));
                } else if (!wanted[i].equals(segments[i])) {
                    return Optional.empty();
                }
            }
            return Optional.of(parameters);
        }

        private Map<String, List<String>> query() {
            Map<String, List<String>> query = new LinkedHashMap<>();
            for (String pair : Optional.ofNullable(uri.getRawQuery())
                    .map(raw -> raw.split("&"))
                    .orElse(new String[0])) {
                String[] parts = pair.split("=", 2);
                query.computeIfAbsent(decode(parts[0]), unseen -> new ArrayList<>())
                        .add(parts.length == 1 ? "" : decode(parts[1]));
            }
            return query;
        }

        private static String decode(String text) {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        }
    }

    record Answered(HttpResponse response) {
        int status() {
            return response.status();
        }

        String header(String name) {
            return response.headers().get(name);
        }

        String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        Value.Struct json() {
            return (Value.Struct) Json.decodeEnvelope(response.body());
        }

        String code() {
            return json().findText("code").orElse("");
        }

        String detail() {
            return json().findText("detail").orElse("");
        }
    }
}
