package io.patchbay.client;

import io.patchbay.api.document.Value;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One wire with requests by number. The client's thread only. */
final class WireConnection implements Connection, Wire.Receiver {
    private static final int MALFORMED = 4002;
    private static final int SILENT = 4000;
    private static final int NORMAL = 1000;

    private final Loop loop;
    private final ClientOptions options;
    private final Consumer<Message.Event> events;
    private final BiConsumer<Connection, String> onEnded;
    private final Map<Long, Waiting> waiting = new HashMap<>();
    private @Nullable Wire wire;
    private @Nullable Future<?> pulse;
    private long nextId = 1;
    private long lastHeardNs = System.nanoTime();
    private boolean open = true;

    private record Waiting(CompletableFuture<Value.Struct> reply, Future<?> timer) {}

    private WireConnection(
            Loop loop, ClientOptions options, Consumer<Message.Event> events, BiConsumer<Connection, String> onEnded) {
        this.loop = loop;
        this.options = options;
        this.events = events;
        this.onEnded = onEnded;
    }

    /** Fails with DISCONNECTED if there is no way to the node. */
    static CompletableFuture<Connection> open(
            Wire.Opener opener,
            Loop loop,
            ClientOptions options,
            Consumer<Message.Event> events,
            BiConsumer<Connection, String> onEnded) {
        WireConnection connection = new WireConnection(loop, options, events, onEnded);
        return opener.open(connection).handle((wire, failure) -> {
            if (failure != null) {
                throw ClientException.unreachable(options.node(), failure);
            }
            connection.wire = wire;
            connection.pulse();
            return connection;
        });
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public int places() {
        return ClientLimits.CALLS_IN_FLIGHT;
    }

    @Override
    public CompletableFuture<Value.Struct> request(Request request) {
        CompletableFuture<Value.Struct> reply = new CompletableFuture<>();
        if (!open || wire == null) {
            reply.completeExceptionally(ClientException.disconnected());
            return reply;
        }
        long id = nextId++;
        Future<?> timer = loop.after(options.requestTimeout(), () -> {
            waiting.remove(id);
            reply.completeExceptionally(ClientException.timeout(request.op(), options.requestTimeout()));
        });
        waiting.put(id, new Waiting(reply, timer));
        wire.send(request.frame(id));
        return reply;
    }

    @Override
    public void close() {
        close(NORMAL, "bye");
    }

    @Override
    public void onMessage(byte[] frame) {
        if (!open) {
            return;
        }
        lastHeardNs = System.nanoTime();
        Message message;
        try {
            message = Message.read(frame);
        } catch (RuntimeException malformed) {
            // It may be a part of what a subscriber waits for: begin anew rather than go on with a gap.
            close(MALFORMED, "malformed frame");
            return;
        }
        if (message instanceof Message.Event event) {
            events.accept(event);
        } else if (message instanceof Message.Reply reply) {
            take(reply.id(), found -> found.complete(reply.ok()));
        } else if (message instanceof Message.Refusal refusal) {
            take(refusal.id(), found -> found.completeExceptionally(refusal.reason()));
        }
    }

    @Override
    public void onEnded(String reason) {
        end(reason);
    }

    /** A reply to nobody is one that came too late. */
    private void take(long id, Consumer<CompletableFuture<Value.Struct>> taker) {
        Waiting found = waiting.remove(id);
        if (found != null) {
            found.timer.cancel(false);
            taker.accept(found.reply);
        }
    }

    private void pulse() {
        Duration half = options.idleTimeout().dividedBy(2);
        pulse = loop.after(half, () -> {
            long silentNs = System.nanoTime() - lastHeardNs;
            if (silentNs > options.idleTimeout().multipliedBy(2).toNanos()) {
                close(SILENT, "no sign of life");
                return;
            }
            if (silentNs > half.toNanos()) {
                request(Request.of("ping", Value.Struct.EMPTY));
            }
            pulse();
        });
    }

    private void close(int code, String reason) {
        if (open && wire != null) {
            wire.close(code, reason);
        }
        end(reason);
    }

    private void end(String reason) {
        if (!open) {
            return;
        }
        open = false;
        if (pulse != null) {
            pulse.cancel(false);
        }
        List<Waiting> left = List.copyOf(waiting.values());
        waiting.clear();
        left.forEach(each -> {
            each.timer.cancel(false);
            each.reply.completeExceptionally(ClientException.disconnected());
        });
        onEnded.accept(this, reason);
    }
}
