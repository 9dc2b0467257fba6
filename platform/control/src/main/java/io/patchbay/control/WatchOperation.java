package io.patchbay.control;

import static io.patchbay.control.NodeServices.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.api.protocol.LiveSession;
import io.patchbay.api.protocol.LiveSessions;
import io.patchbay.api.protocol.SubscribeRequest;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.protocol.SubscriptionListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Tells a collection's state and changes until the client goes: a message per document, and a {@code position} in the last one of what belongs together, so that a client which resumes there
 * has lost nothing. While nothing happens it says so from time to time, which is how a client that has gone is noticed.
 */
final class WatchOperation {
    static final Duration SILENCE = Duration.ofSeconds(5);

    /** Events that wait for a slow client; beyond it the engine holds them back. */
    static final int EVENTS_MAX = 256;

    private static final long SUBSCRIPTION = 1;

    private final NodeServices services;
    private final Duration silence;

    WatchOperation(NodeServices services, Duration silence) {
        this.services = services;
        this.silence = silence;
    }

    Map<String, ControlOperation> all() {
        return Map.of("watch", this::watch);
    }

    private Value watch(Fields fields, ControlOperation.Messages messages) {
        String collection = fields.requireText("collection");
        SubscribeRequest request = new SubscribeRequest(
                fields.findBool("changes").orElse(false) ? SubscribeRequest.Mode.CHANGES : SubscribeRequest.Mode.WATCH,
                collection,
                fields.findText("filter"),
                fields.findText("since").map(Position::parse));
        fields.done();
        return services.with(LiveSessions.class, "live queries", sessions -> {
            Waiting waiting = new Waiting();
            try (LiveSession session = sessions.open(Identity.SYSTEM, waiting)) {
                Position from = await(session.subscribe(SUBSCRIPTION, request));
                messages.send(Value.struct("started", Value.of(from.toString())));
                return tell(session, waiting, messages);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Ends by an exception only: the client has gone, the subscription has ended, or the node stops. */
    private Value tell(LiveSession session, Waiting waiting, ControlOperation.Messages messages) throws IOException {
        while (true) {
            SubscriptionEvent event = next(waiting);
            if (event == null) {
                messages.send(Value.struct("alive", Value.TRUE));
                continue;
            }
            if (waiting.hasRoomAgain()) {
                session.resume();
            }
            for (Value.Struct message : messages(event)) {
                messages.send(Value.struct("event", message));
            }
        }
    }

    private @org.jspecify.annotations.Nullable SubscriptionEvent next(Waiting waiting) {
        try {
            return waiting.events.poll(silence.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.");
        }
    }

    private static List<Value.Struct> messages(SubscriptionEvent event) {
        List<Value.Struct> messages = new ArrayList<>();
        if (event instanceof SubscriptionEvent.Snapshot snapshot) {
            snapshot.items().forEach(document -> messages.add(put("state", document)));
            if (snapshot.last()) {
                messages.add(Value.struct(
                        "op",
                        Value.of("live"),
                        "position",
                        Value.of(snapshot.position().toString())));
            }
        } else if (event instanceof SubscriptionEvent.Changes changes) {
            for (SubscriptionEvent.DocumentChange change : changes.changes()) {
                messages.add(
                        change.document().map(document -> put("put", document)).orElseGet(() -> gone(change)));
            }
            String position = changes.position().toString();
            if (!messages.isEmpty()) {
                int last = messages.size() - 1;
                messages.set(last, messages.get(last).with("position", Value.of(position)));
            }
        } else if (event instanceof SubscriptionEvent.Reload reload) {
            messages.add(Value.struct(
                    "op",
                    Value.of("reload"),
                    "reason",
                    Value.of(String.valueOf(reload.reason().getMessage()))));
        } else if (event instanceof SubscriptionEvent.Ended ended) {
            throw ended.reason();
        }
        return messages;
    }

    private static Value.Struct put(String op, Document document) {
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put("op", Value.of(op));
        fields.put("id", Value.of(document.id()));
        fields.put("revision", Value.of(document.revision()));
        fields.put("updatedAt", Value.of(document.updatedAt().toString()));
        fields.put("data", document.data());
        return new Value.Struct(fields);
    }

    private static Value.Struct gone(SubscriptionEvent.DocumentChange change) {
        return Value.struct(
                "op",
                Value.of(change.deleted() ? "delete" : "remove"),
                "id",
                Value.of(change.id()),
                "revision",
                Value.of(change.revision()));
    }

    /** What has not been sent yet. The engine adds, the connection's thread takes. */
    private static final class Waiting implements SubscriptionListener {
        final LinkedBlockingQueue<SubscriptionEvent> events = new LinkedBlockingQueue<>();
        private volatile boolean full;

        @Override
        public void onEvent(SubscriptionEvent event) {
            events.add(event);
        }

        @Override
        public boolean writable() {
            boolean room = events.size() < EVENTS_MAX;
            if (!room) {
                full = true;
            }
            return room;
        }

        boolean hasRoomAgain() {
            if (full && events.size() < EVENTS_MAX / 2) {
                full = false;
                return true;
            }
            return false;
        }
    }
}
