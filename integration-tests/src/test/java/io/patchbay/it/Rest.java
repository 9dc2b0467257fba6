package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A client of a node's REST interface, over HTTP/1.1. Any thread.
 *
 * @param node such as {@code http://127.0.0.1:43213}
 * @param token what calls are made with; empty for a stranger
 */
record Rest(URI node, Optional<String> token) {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();

    /** What came back; the body is JSON unless it is empty or says otherwise. */
    record Answer(HttpResponse<byte[]> response) {
        int status() {
            return response.statusCode();
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }

        String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        Value.Struct json() {
            return (Value.Struct) Json.decodeEnvelope(response.body());
        }

        /** The {@code items} of a list. */
        List<Value.Struct> items() {
            return ((Value.Array) json().fields().get("items"))
                    .items().stream().map(Value.Struct.class::cast).toList();
        }

        /** The code of a problem. */
        String code() {
            return json().findText("code").orElse("(no code)");
        }

        Answer expect(int status) {
            assertThat(status())
                    .as("%s %s: %s", response.request().method(), response.uri(), text())
                    .isEqualTo(status);
            return this;
        }
    }

    private HttpClient http() {
        return node.getScheme().equals("https") ? TestAuthority.shared().http() : CLIENT;
    }

    static Rest stranger(URI node) {
        return new Rest(node, Optional.empty());
    }

    static Rest login(URI node, String name, String password) {
        Value.Struct tokens =
                stranger(node).tryLogin(name, password).expect(200).json();
        return new Rest(node, tokens.findText("accessToken"));
    }

    Answer tryLogin(String name, String password) {
        return post(
                "/auth/login",
                Value.struct(
                        "method", Value.of("password"), "identifier", Value.of(name), "password", Value.of(password)));
    }

    /** The same client of the node at another address. */
    Rest at(URI moved) {
        return new Rest(moved, token);
    }

    Answer get(String path) {
        return send("GET", path, BodyPublishers.noBody());
    }

    Answer post(String path, Value body, String... headers) {
        return send("POST", path, json(body), headers);
    }

    Answer put(String path, Value body, String... headers) {
        return send("PUT", path, json(body), headers);
    }

    Answer patch(String path, Value body, String... headers) {
        return send("PATCH", path, json(body), headers);
    }

    Answer delete(String path, String... headers) {
        return send("DELETE", path, BodyPublishers.noBody(), headers);
    }

    /** @param path below /api/v1, encoded; with two slashes at its start, one from the root */
    Answer send(String method, String path, BodyPublisher body, String... headers) {
        URI uri = URI.create(node + (path.startsWith("//") ? path.substring(1) : "/api/v1" + path));
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(LIMIT)
                .method(method, body)
                .header("Content-Type", "application/json");
        token.ifPresent(bearer -> request.header("Authorization", "Bearer " + bearer));
        if (headers.length > 0) {
            for (int i = 0; i < headers.length; i += 2) {
                request.setHeader(headers[i], headers[i + 1]);
            }
        }
        try {
            return new Answer(http().send(request.build(), BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + uri, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(method + " " + uri + " was interrupted", e);
        }
    }

    /** Every document of a list, page after page. */
    List<Value.Struct> all(String collection, String query) {
        java.util.ArrayList<Value.Struct> all = new java.util.ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            Answer page = get("/collections/" + collection + "/documents?" + query
                            + cursor.map(next -> "&cursor=" + encode(next)).orElse(""))
                    .expect(200);
            all.addAll(page.items());
            cursor = page.json().findText("next");
        } while (cursor.isPresent());
        return all;
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static BodyPublisher json(Value body) {
        return BodyPublishers.ofByteArray(Json.encode(body));
    }
}
