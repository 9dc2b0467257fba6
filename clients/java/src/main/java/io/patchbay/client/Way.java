package io.patchbay.client;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Opens connections by the transport that is asked for. The client's thread only. */
final class Way {
    private static final int READY = 200;

    private final HttpClient http;
    private final Loop loop;
    private final ClientOptions options;
    private final Consumer<Message.Event> events;
    private final Wire.Opener wires;
    private final Acquaintance acquaintance;

    Way(HttpClient http, Loop loop, ClientOptions options, Consumer<Message.Event> events) {
        this.http = http;
        this.loop = loop;
        this.options = options;
        this.events = events;
        this.wires = WebSocketWire.opener(http, options.socket(), options.requestTimeout(), loop);
        this.acquaintance = new Acquaintance(options.node());
    }

    /** Completes on the client's thread; fails with DISCONNECTED if there is no way to the node, and with UNTRUSTED if only a person can make one. */
    CompletableFuture<Connection> open(BiConsumer<Connection, String> onEnded) {
        return switch (options.transport()) {
            case HTTP -> CompletableFuture.completedFuture(overHttp(onEnded));
            case WEBSOCKET -> overWebSocket(onEnded);
            case AUTO ->
                overWebSocket(onEnded)
                        .exceptionallyCompose(failure -> isReady()
                                .thenCompose(ready -> ready
                                        // It may have come up just now: only if it still refuses there is something in
                                        // between.
                                        ? overWebSocket(onEnded).exceptionally(blocked -> overHttp(onEnded))
                                        : CompletableFuture.failedFuture(failure)));
        };
    }

    private CompletableFuture<Connection> overWebSocket(BiConsumer<Connection, String> onEnded) {
        return WireConnection.open(wires, loop, options, events, onEnded).handle((connection, failure) -> {
            if (failure != null) {
                throw acquaintance.findMistake(failure).orElseGet(() -> Link.cause(failure));
            }
            acquaintance.make();
            return connection;
        });
    }

    private Connection overHttp(BiConsumer<Connection, String> onEnded) {
        return new HttpConnection(http, loop, options, acquaintance, events, onEnded);
    }

    private CompletableFuture<Boolean> isReady() {
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        HttpRequest ask = HttpRequest.newBuilder(options.resource("/ready"))
                .timeout(options.requestTimeout())
                .build();
        CompletionStage<HttpResponse<Void>> answer = http.sendAsync(ask, HttpResponse.BodyHandlers.discarding());
        answer.whenComplete((response, failure) ->
                loop.execute(() -> ready.complete(failure == null && response.statusCode() == READY)));
        return ready;
    }
}
