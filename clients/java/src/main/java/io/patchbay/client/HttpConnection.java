package io.patchbay.client;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The same requests and events over HTTP and server-sent events, for where a WebSocket does not get through: each call is a request, each subscription a stream. The client's thread only.
 */
final class HttpConnection implements Connection {
    private static final int OK = 200;

    private final HttpClient http;
    private final Loop loop;
    private final ClientOptions options;
    private final Acquaintance acquaintance;
    private final Consumer<Message.Event> events;
    private final BiConsumer<Connection, String> onEnded;
    private final Map<Long, Stream> streams = new HashMap<>();
    private final Set<CompletableFuture<?>> waiting = new HashSet<>();
    private final long bornNs = System.nanoTime();
    private Future<?> pulse;
    private @Nullable String token;
    private long delayMs;
    private boolean open = true;

    HttpConnection(
            HttpClient http,
            Loop loop,
            ClientOptions options,
            Acquaintance acquaintance,
            Consumer<Message.Event> events,
            BiConsumer<Connection, String> onEnded) {
        this.http = http;
        this.loop = loop;
        this.options = options;
        this.acquaintance = acquaintance;
        this.events = events;
        this.onEnded = onEnded;
        this.pulse = pulse();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public int places() {
        return ClientLimits.HTTP_CALLS_IN_FLIGHT;
    }

    @Override
    public CompletableFuture<Value.Struct> request(Request request) {
        if (!open) {
            return CompletableFuture.failedFuture(ClientException.disconnected());
        }
        Value.Struct fields = request.fields();
        return switch (request.op()) {
            case "login" ->
                fields.findText("token").isPresent() ? present(fields) : logIn(RestCall.post("auth/login", fields));
            case "refresh" -> logIn(RestCall.post("auth/refresh", fields));
            case "logout" -> logOut(fields);
            case "get" -> send(RestCall.get(fields)).thenApply(document -> Value.struct("document", document));
            case "query" -> send(RestCall.query(fields));
            case "transaction" -> send(RestCall.post("transactions", fields));
            case "subscribe" -> subscribe(fields);
            case "unsubscribe" -> unsubscribe(fields);
            default -> send(RestCall.write(request.op(), fields)).thenApply(HttpConnection::onlyResult);
        };
    }

    @Override
    public void close() {
        end("bye");
    }

    /** A ticket is the cheapest that a node gives for a token, and it looks at the token first. */
    private CompletableFuture<Value.Struct> present(Value.Struct fields) {
        token = fields.findText("token").orElseThrow();
        return send(new RestCall("POST", "events/tickets", new byte[0]));
    }

    private CompletableFuture<Value.Struct> logIn(RestCall call) {
        return send(call).thenApply(answer -> {
            if (Answers.challenge(answer).isEmpty()) {
                token = Answers.tokens(answer).accessToken();
            }
            return answer;
        });
    }

    private CompletableFuture<Value.Struct> logOut(Value.Struct fields) {
        return send(RestCall.post("auth/logout", fields)).thenApply(answer -> {
            loop.execute(() -> end("logged out"));
            return answer;
        });
    }

    private static Value.Struct onlyResult(Value.Struct answer) {
        Map<String, Value> fields = new LinkedHashMap<>(answer.fields());
        Value results = fields.remove("results");
        ((Value.Struct) ((Value.Array) results).items().get(0)).fields().forEach(fields::put);
        return new Value.Struct(fields);
    }

    private CompletableFuture<Value.Struct> send(RestCall call) {
        CompletableFuture<Value.Struct> answer = new CompletableFuture<>();
        exchange(call, info -> new BoundedBody(), answer, response -> answer.complete(read(response)));
        return answer;
    }

    /** Sends {@code call}; {@code answer} fails with why there is no good response to it. */
    private void exchange(
            RestCall call,
            BodyHandler<byte[]> handler,
            CompletableFuture<Value.Struct> answer,
            Consumer<HttpResponse<byte[]>> taker) {
        HttpRequest.Builder request = call.on(options);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        CompletableFuture<HttpResponse<byte[]>> exchange = http.sendAsync(request.build(), handler);
        waiting.add(answer);
        Future<?> timer = loop.after(
                options.requestTimeout(),
                () -> answer.completeExceptionally(
                        ClientException.timeout(call.method() + " " + call.path(), options.requestTimeout())));
        answer.whenComplete((done, failure) -> {
            timer.cancel(false);
            waiting.remove(answer);
            if (failure != null) {
                exchange.cancel(true);
            }
        });
        exchange.whenComplete((response, failure) -> loop.execute(() -> {
            if (answer.isDone()) {
                return;
            }
            if (failure != null) {
                acquaintance.findMistake(failure).ifPresent(answer::completeExceptionally);
                end("");
                return;
            }
            acquaintance.make();
            try {
                taker.accept(response);
            } catch (ClientException refused) {
                answer.completeExceptionally(refused);
            } catch (RuntimeException notOfANode) {
                // Whatever is in between answers in the node's place.
                end("");
            }
        }));
    }

    /** @throws ClientException what the node refuses */
    private static Value.Struct read(HttpResponse<byte[]> response) {
        byte[] body = response.body();
        boolean good = response.statusCode() / 100 == 2;
        if (good && body.length == 0) {
            return Value.Struct.EMPTY;
        }
        Value.Struct answer = (Value.Struct) Json.decodeEnvelope(body);
        if (!good) {
            throw ClientException.ofProblem(answer);
        }
        return answer;
    }

    private CompletableFuture<Value.Struct> subscribe(Value.Struct fields) {
        CompletableFuture<Value.Struct> answer = new CompletableFuture<>();
        Stream stream = new Stream(
                fields.findInt("subscription").orElseThrow(),
                fields.findText("mode").orElseThrow().equals("changes"),
                answer);
        streams.put(stream.number, stream);
        exchange(
                RestCall.events(fields),
                info -> info.statusCode() == OK ? stream.body : new BoundedBody(),
                answer,
                response -> {
                    if (response.statusCode() != OK) {
                        throw new IllegalStateException("no stream of events: " + read(response));
                    }
                });
        answer.whenComplete((ok, failure) -> {
            if (failure != null) {
                stream.drop();
            }
        });
        return answer;
    }

    private CompletableFuture<Value.Struct> unsubscribe(Value.Struct fields) {
        Stream stream = streams.get(fields.findInt("subscription").orElseThrow());
        if (stream != null) {
            stream.drop();
        }
        return CompletableFuture.completedFuture(Value.Struct.EMPTY);
    }

    private Future<?> pulse() {
        return loop.after(options.idleTimeout().dividedBy(2), () -> {
            long longestSilentNs = options.idleTimeout().multipliedBy(2).toNanos();
            long nowNs = System.nanoTime();
            boolean silent = streams.values().stream().anyMatch(stream -> nowNs - stream.heardNs > longestSilentNs);
            boolean old = options.transport() == Transport.AUTO && nowNs - bornNs > ClientLimits.HTTP_LIFE.toNanos();
            if (silent || old) {
                end(silent ? "no sign of life" : "");
            } else {
                pulse = pulse();
            }
        });
    }

    private void end(String reason) {
        if (!open) {
            return;
        }
        open = false;
        pulse.cancel(false);
        List.copyOf(streams.values()).forEach(Stream::drop);
        List.copyOf(waiting).forEach(answer -> answer.completeExceptionally(ClientException.disconnected()));
        onEnded.accept(this, reason);
    }

    /** One subscription. */
    private final class Stream implements EventStream.Receiver {
        private final long number;
        private final boolean isLog;
        private final CompletableFuture<Value.Struct> answer;
        private final EventStream body = new EventStream(loop, this);
        private long heardNs = System.nanoTime();

        Stream(long number, boolean isLog, CompletableFuture<Value.Struct> answer) {
            this.number = number;
            this.isLog = isLog;
            this.answer = answer;
        }

        @Override
        public void onEvents(List<String> texts) {
            heardNs = System.nanoTime();
            try {
                for (String text : texts) {
                    take(text.getBytes(StandardCharsets.UTF_8));
                }
            } catch (RuntimeException notOfThisProtocol) {
                // It may be a part of what a subscriber waits for: begin anew rather than go on with a gap.
                end("malformed event");
            }
        }

        @Override
        public void onRetry(long askedMs) {
            delayMs = askedMs;
        }

        @Override
        public void onEnded() {
            if (isCurrent()) {
                end("retry in " + delayMs + " ms");
            }
        }

        void drop() {
            streams.remove(number, this);
            body.cancel();
        }

        private void take(byte[] text) {
            if (!isCurrent()) {
                return;
            }
            Value.Struct event = (Value.Struct) Json.decodeEnvelope(text);
            if (!answer.isDone()) {
                String position = event.findText("position").orElseThrow();
                answer.complete(Value.struct("subscription", Value.of(number), "position", Value.of(position)));
                return;
            }
            Message.Event message = Message.event(number, event, text.length);
            if (message instanceof Message.End || (isLog && message instanceof Message.Reload)) {
                drop();
            }
            events.accept(message);
        }

        private boolean isCurrent() {
            return streams.get(number) == this;
        }
    }
}
