package io.patchbay.engine.testing;

import io.patchbay.api.document.Document;
import io.patchbay.api.document.Value;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.protocol.Codec;
import io.patchbay.api.protocol.Connection;
import io.patchbay.api.protocol.MessageChannel;
import io.patchbay.api.protocol.MessageReceiver;
import io.patchbay.api.protocol.Protocol;
import io.patchbay.api.protocol.SubscriptionEvent;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A client that remembers its events, and can stop reading. Its protocol sends as many bytes as an event's documents have, so that a client that doesn't read fills its outbox as a real one
 * does.
 */
public final class TestClient implements MessageChannel {
    /** The protocol that test clients speak. */
    public static final String PROTOCOL = "test";

    private final List<SubscriptionEvent> events = new ArrayList<>();
    private final Deque<Runnable> unread = new ArrayDeque<>();
    private final AtomicReference<String> closed = new AtomicReference<>("");
    private boolean reading = true;
    public final Connection connection;
    public final MessageReceiver receiver;

    public TestClient(TestPlane plane) {
        if (!plane.connections.offers(PROTOCOL)) {
            plane.providers.plug(Protocol.class, PROTOCOL, new TestProtocol("v1"));
        }
        receiver = plane.connections.open(PROTOCOL, this, "127.0.0.1");
        connection = (Connection) receiver;
        TestProtocol.OWNERS.put(connection, this);
        connection.session().authenticate(io.patchbay.api.auth.Identity.SYSTEM);
    }

    /** Its codecs tell the client of each event; {@code version} travels in the saved state. */
    public static final class TestProtocol implements Protocol {
        static final Map<Connection, TestClient> OWNERS = new ConcurrentHashMap<>();
        public final List<String> savedStates = new java.util.concurrent.CopyOnWriteArrayList<>();
        private final String version;

        public TestProtocol(String version) {
            this.version = version;
        }

        @Override
        public String name() {
            return PROTOCOL;
        }

        @Override
        public Codec open(Connection connection, Optional<StateRecord> state) {
            state.ifPresent(
                    saved -> savedStates.add(new String(saved.body(), java.nio.charset.StandardCharsets.UTF_8)));
            return new Codec() {
                @Override
                public void onMessage(ByteBuffer message, boolean text) {
                    if (text) {
                        throw new io.patchbay.api.PatchbayException(
                                io.patchbay.api.ErrorCode.MALFORMED, "No text, please.");
                    }
                    byte[] copy = new byte[message.remaining()];
                    message.get(copy);
                    connection.send(copy);
                }

                @Override
                public void onEvent(SubscriptionEvent event) {
                    TestClient owner = OWNERS.get(connection);
                    if (owner != null) {
                        owner.add(event);
                    }
                    connection.send(new byte[size(event)]);
                }

                @Override
                public Optional<StateRecord> save() {
                    return Optional.of(new StateRecord(1, version.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
                }
            };
        }

        private static int size(SubscriptionEvent event) {
            if (event instanceof SubscriptionEvent.Snapshot snapshot) {
                return 64
                        + snapshot.items().stream()
                                .mapToInt(d -> d.stored().body().length)
                                .sum();
            }
            if (event instanceof SubscriptionEvent.Changes changes) {
                return 64
                        + changes.changes().stream()
                                .mapToInt(c -> 32
                                        + c.document()
                                                .map(d -> d.stored().body().length)
                                                .orElse(0))
                                .sum();
            }
            return 64;
        }
    }

    private synchronized void add(SubscriptionEvent event) {
        events.add(event);
    }

    /** All events so far. */
    public synchronized List<SubscriptionEvent> events() {
        return List.copyOf(events);
    }

    public synchronized List<SubscriptionEvent> eventsOf(long subscription) {
        return events.stream()
                .filter(event -> event.subscription() == subscription)
                .toList();
    }

    /** What a client that applies every event of a watch holds now: data by id. */
    public Map<String, Value.Struct> state(long subscription) {
        Map<String, Value.Struct> state = new TreeMap<>();
        boolean complete = true;
        for (SubscriptionEvent event : eventsOf(subscription)) {
            if (event instanceof SubscriptionEvent.Reload) {
                complete = true;
                state.clear();
            } else if (event instanceof SubscriptionEvent.Snapshot snapshot) {
                if (complete) {
                    state.clear();
                }
                complete = snapshot.last();
                for (Document item : snapshot.items()) {
                    state.put(item.id(), item.data());
                }
            } else if (event instanceof SubscriptionEvent.Changes changes) {
                changes.changes()
                        .forEach(change -> change.document()
                                .ifPresentOrElse(
                                        document -> state.put(change.id(), document.data()),
                                        () -> state.remove(change.id())));
            }
        }
        return state;
    }

    public void stopReading() {
        synchronized (unread) {
            reading = false;
        }
    }

    public void readOn() {
        while (true) {
            Runnable done;
            synchronized (unread) {
                reading = true;
                done = unread.poll();
            }
            if (done == null) {
                return;
            }
            done.run();
        }
    }

    /** Reads one message, then no more. */
    public boolean readOne() {
        Runnable done;
        synchronized (unread) {
            done = unread.poll();
        }
        if (done == null) {
            return false;
        }
        done.run();
        return true;
    }

    @Override
    public void send(ByteBuffer message, boolean text, Runnable done) {
        synchronized (unread) {
            if (!reading) {
                unread.add(done);
                return;
            }
        }
        done.run();
    }

    @Override
    public void close(int closeCode, String reason) {
        closed.set(closeCode + " " + reason);
        receiver.onClosed();
    }

    /** Close code and reason; empty while it is open. */
    public String closed() {
        return closed.get();
    }
}
