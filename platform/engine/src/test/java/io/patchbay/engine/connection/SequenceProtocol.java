package io.patchbay.engine.connection;

import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.protocol.Codec;
import io.patchbay.api.protocol.Connection;
import io.patchbay.api.protocol.Protocol;
import io.patchbay.api.protocol.SubscriptionEvent;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A protocol whose codecs check what a hand-over could break: messages are numbered from 1, events come in the order of their positions, and a codec that has been replaced is left alone. What they
 * know travels in their state. A message is answered by its number, once a read of the store has come back.
 */
final class SequenceProtocol implements Protocol {
    static final String NAME = "sequence";

    /** What went wrong, in all versions. */
    record Watch(List<String> errors, AtomicInteger swaps) {
        Watch() {
            this(new CopyOnWriteArrayList<>(), new AtomicInteger());
        }
    }

    private final Watch watch;

    SequenceProtocol(Watch watch) {
        this.watch = watch;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Codec open(Connection connection, Optional<StateRecord> state) {
        ByteBuffer saved = ByteBuffer.wrap(state.map(StateRecord::body).orElse(new byte[16]));
        state.ifPresent(there -> watch.swaps().incrementAndGet());
        return new Sequence(connection, saved.getLong(), saved.getLong());
    }

    private final class Sequence implements Codec {
        private final Connection connection;
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicLong messages;
        private long lastOffset;
        private boolean replaced;

        Sequence(Connection connection, long messages, long lastOffset) {
            this.connection = connection;
            this.messages = new AtomicLong(messages);
            this.lastOffset = lastOffset;
        }

        @Override
        public void onMessage(ByteBuffer message, boolean text) {
            alone(() -> {
                long number = message.getLong();
                check(number == messages.incrementAndGet(), "message " + number + " after " + (messages.get() - 1));
                connection
                        .session()
                        .documents()
                        .get("items", "a")
                        .whenComplete((found, failure) -> connection.execute(() -> reply(number)));
            });
        }

        private void reply(long number) {
            connection.send(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
        }

        @Override
        public void onEvent(SubscriptionEvent event) {
            alone(() -> {
                if (event instanceof SubscriptionEvent.Changes changes) {
                    long offset = changes.position().offset();
                    check(offset > lastOffset, "the event at " + offset + " after that at " + lastOffset);
                    lastOffset = offset;
                    connection.send(
                            ByteBuffer.allocate(Long.BYTES).putLong(-offset).array());
                } else {
                    check(false, "the event " + event);
                }
            });
        }

        @Override
        public Optional<StateRecord> save() {
            alone(() -> {});
            replaced = true;
            return Optional.of(new StateRecord(
                    1,
                    ByteBuffer.allocate(2 * Long.BYTES)
                            .putLong(messages.get())
                            .putLong(lastOffset)
                            .array()));
        }

        private void alone(Runnable work) {
            check(!replaced, "a codec that has been replaced is called");
            check(inside.incrementAndGet() == 1, "two threads are in one codec");
            work.run();
            inside.decrementAndGet();
        }

        private void check(boolean holds, String error) {
            if (!holds) {
                watch.errors().add("connection " + connection.id() + ": " + error);
            }
        }
    }
}
