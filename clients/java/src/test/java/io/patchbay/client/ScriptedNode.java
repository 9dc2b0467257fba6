package io.patchbay.client;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/** Takes the place of a node behind a client: answers as a test says, and keeps what it was asked. Any thread. */
final class ScriptedNode {
    static final Value.Struct WRITTEN = Value.struct(
            "id", Value.of("a"), "revision", Value.of(2), "created", Value.TRUE, "position", Value.of("m1:2"));

    final List<Value.Struct> requests = new CopyOnWriteArrayList<>();
    final List<Line> lines = new CopyOnWriteArrayList<>();
    volatile boolean reachable = true;
    volatile BiConsumer<Value.Struct, Line> answer = (request, line) -> line.reply(request, subscribed());

    /** The node's end of one connection. */
    final class Line implements Wire {
        private final Loop loop;
        private final Receiver receiver;
        /** What the client closed it with; 0 as long as it is open. */
        volatile int closedWith;

        Line(Loop loop, Receiver receiver) {
            this.loop = loop;
            this.receiver = receiver;
        }

        @Override
        public void send(byte[] frame) {
            Value.Struct request = (Value.Struct) Cbor.decodeEnvelope(frame);
            requests.add(request);
            answer.accept(request, this);
        }

        @Override
        public void close(int code, String reason) {
            closedWith = code;
        }

        void reply(Value.Struct request, Value.Struct ok) {
            push(Value.struct("id", request.find("id").orElseThrow(), "ok", ok));
        }

        void refuse(Value.Struct request, String code, boolean retryable) {
            Value.Struct error = Value.struct(
                    "code", Value.of(code), "message", Value.of(code + "."), "retryable", Value.of(retryable));
            push(Value.struct("id", request.find("id").orElseThrow(), "error", error));
        }

        void push(Value.Struct message) {
            pushBytes(Cbor.encode(message));
        }

        void pushBytes(byte[] frame) {
            loop.execute(() -> receiver.onMessage(frame));
        }

        void end(String reason) {
            loop.execute(() -> receiver.onEnded(reason));
        }
    }

    PatchbayClient client(ClientOptions options) {
        return PatchbayClient.over(
                loop -> receiver -> {
                    CompletableFuture<Wire> opened = new CompletableFuture<>();
                    loop.execute(() -> {
                        if (!reachable) {
                            opened.completeExceptionally(new IllegalStateException("nobody is there"));
                            return;
                        }
                        Line line = new Line(loop, receiver);
                        lines.add(line);
                        opened.complete(line);
                    });
                    return opened;
                },
                options);
    }

    Line line() {
        return lines.get(lines.size() - 1);
    }

    List<Value.Struct> asked(String op) {
        return requests.stream()
                .filter(request -> request.findText("op").orElseThrow().equals(op))
                .toList();
    }

    static Value.Struct subscribed() {
        return Value.struct("subscription", Value.of(1), "position", Value.of("m1:1"));
    }

    static Value.Struct tokens(int number, int seconds) {
        return Value.struct(
                "accessToken", Value.of("access-" + number),
                "refreshToken", Value.of("refresh-" + number),
                "expiresIn", Value.of(seconds),
                "user", user());
    }

    static Value.Struct user() {
        return Value.struct("id", Value.of("u1"), "name", Value.of("ann"), "role", Value.of("user"));
    }

    static Value.Struct changes(int offset, Value... changes) {
        return Value.struct(
                "sub", Value.of(1),
                "event", Value.of("changes"),
                "position", Value.of("m1:" + offset),
                "changes", Value.array(changes));
    }

    static Value.Struct put(String id, int revision) {
        return Value.struct(
                "op", Value.of("put"),
                "id", Value.of(id),
                "revision", Value.of(revision),
                "updatedAt", Value.of("2026-01-01T00:00:00Z"),
                "data", Value.struct("n", Value.of(revision)));
    }

    static Value.Struct delete(String id, int revision) {
        return Value.struct("op", Value.of("delete"), "id", Value.of(id), "revision", Value.of(revision));
    }
}
