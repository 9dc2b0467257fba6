package io.patchbay.it;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A client of {@code patchbay.v1}: one WebSocket, many requests in flight. Any thread; events of a subscription come in order, on the connection's thread.
 *
 * <p>When the connection ends, whatever waits fails with {@link ConnectionEnded}; {@link #ended} tells why.
 */
final class Wire implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();

    private final Map<Long, CompletableFuture<Value.Struct>> waiting = new ConcurrentHashMap<>();
    private final Map<Long, Consumer<Value.Struct>> subscribers = new ConcurrentHashMap<>();
    private final AtomicLong nextId = new AtomicLong(1);
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final WebSocket socket;
    // Guarded by this: a WebSocket takes one message at a time.
    private CompletionStage<?> lastSend = CompletableFuture.completedFuture(null);

    /** The connection ended before the reply came: the request may or may not have been carried out. */
    static final class ConnectionEnded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ConnectionEnded(String why) {
            super(why);
        }
    }

    /** An error reply. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String code;

        Refused(Value.Struct error) {
            super(error.toString());
            this.code = error.findText("code").orElse("(no code)");
        }

        String code() {
            return code;
        }
    }

    private Wire(URI node) {
        URI uri = URI.create(node.toString().replaceFirst("^http", "ws") + "/api/v1/ws");
        HttpClient client =
                uri.getScheme().equals("wss") ? TestAuthority.shared().http() : CLIENT;
        socket = client.newWebSocketBuilder()
                .connectTimeout(LIMIT)
                .subprotocols("patchbay.v1")
                .buildAsync(uri, new Listener())
                .join();
    }

    static Wire connect(URI node) {
        return new Wire(node);
    }

    /** Connected, and logged in with a token. */
    static Wire connect(Rest client) {
        Wire wire = new Wire(client.node());
        wire.ask("login", "token", Value.of(client.token().orElseThrow()));
        return wire;
    }

    private final class Listener implements WebSocket.Listener {
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            message.writeBytes(part);
            if (last) {
                byte[] whole = message.toByteArray();
                message.reset();
                try {
                    receive((Value.Struct) Cbor.decodeEnvelope(whole));
                } catch (RuntimeException | AssertionError e) {
                    end("the client failed at a message: " + e);
                    from.abort();
                }
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            end(code + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            end(error.toString());
        }
    }

    private void receive(Value.Struct message) {
        Optional<Long> subscription = message.findInt("sub");
        if (subscription.isPresent()) {
            Consumer<Value.Struct> subscriber = subscribers.get(subscription.get());
            if (subscriber != null) {
                subscriber.accept(message);
            }
            return;
        }
        CompletableFuture<Value.Struct> reply =
                waiting.remove(message.findInt("id").orElseThrow());
        if (reply == null) {
            throw new AssertionError("a reply to no request: " + message);
        }
        if (message.fields().get("error") instanceof Value.Struct error) {
            reply.completeExceptionally(new Refused(error));
        } else {
            reply.complete((Value.Struct) message.fields().get("ok"));
        }
    }

    private void end(String why) {
        ended.complete(why);
        waiting.values().forEach(reply -> reply.completeExceptionally(new ConnectionEnded(why)));
    }

    /** Completes with the close code and reason, or the failure, when the connection has ended. */
    CompletableFuture<String> ended() {
        return ended;
    }

    /** Sends a request; its {@code id} is added. */
    CompletableFuture<Value.Struct> send(String op, Object... fields) {
        long id = nextId.getAndIncrement();
        CompletableFuture<Value.Struct> reply = new CompletableFuture<>();
        waiting.put(id, reply);
        Value.Struct request = Value.struct(fields).with("id", Value.of(id)).with("op", Value.of(op));
        sendFrame(Cbor.encode(request)).whenComplete((done, failure) -> {
            if (failure != null) {
                reply.completeExceptionally(new ConnectionEnded(failure.toString()));
            }
        });
        if (ended.isDone()) {
            reply.completeExceptionally(new ConnectionEnded(ended.join()));
        }
        return reply;
    }

    /** Sends bytes as they are. */
    synchronized CompletionStage<?> sendFrame(byte[] frame) {
        CompletionStage<?> sent = lastSend.handle((done, failure) -> done)
                .thenCompose(before -> socket.sendBinary(ByteBuffer.wrap(frame), true));
        lastSend = sent;
        return sent;
    }

    CompletionStage<?> sendText(String text) {
        return socket.sendText(text, true);
    }

    /** @throws Refused if the node refuses, {@link ConnectionEnded} if no reply will come */
    Value.Struct ask(String op, Object... fields) {
        return await(send(op, fields));
    }

    static <T> T await(CompletableFuture<T> reply) {
        try {
            return reply.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no reply within " + LIMIT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Subscribes; {@code events} hears everything from the first event on. Returns the position at which it began. */
    String subscribe(
            long number,
            String mode,
            String collection,
            Optional<String> filter,
            Optional<String> since,
            Consumer<Value.Struct> events) {
        subscribers.put(number, events);
        Value.Struct fields = Value.struct(
                "mode", Value.of(mode), "collection", Value.of(collection), "subscription", Value.of(number));
        if (filter.isPresent()) {
            fields = fields.with("filter", Value.of(filter.get()));
        }
        if (since.isPresent()) {
            fields = fields.with("since", Value.of(since.get()));
        }
        Object[] flat = fields.fields().entrySet().stream()
                .flatMap(field -> java.util.stream.Stream.of(field.getKey(), field.getValue()))
                .toArray();
        return ask("subscribe", flat).findText("position").orElseThrow();
    }

    @Override
    public void close() {
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").exceptionally(alreadyClosed -> null);
        try {
            ended.get(5, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            socket.abort();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            socket.abort();
        }
    }

    /** Without a good-bye, as when the network is gone. */
    void abort() {
        socket.abort();
        end("aborted by the client");
    }
}
