package io.patchbay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.protocol.Codec;
import io.patchbay.api.protocol.Protocol;
import io.patchbay.api.protocol.SubscribeRequest.Mode;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.protocol.SubscriptionEvent.DocumentChange;
import io.patchbay.testkit.session.HeldSession;
import io.patchbay.testkit.session.MemoryDocuments;
import io.patchbay.testkit.session.MemoryLogins;
import io.patchbay.testkit.session.MemoryMetrics;
import io.patchbay.testkit.session.MemorySession;
import io.patchbay.testkit.session.RecordingConnection;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What every protocol holds to that is updated under its open connections: wherever the stream of a client's bytes is cut and the codec swapped, the client hears the same, to the byte, as without.
 *
 * <p>A conversation is a row of messages, of answers that come due and of events; it is held once without swaps, and then with swaps at random places. Where the seed is printed,
 * {@code -Dpatchbay.seed=N} repeats it.
 */
public abstract class ProtocolContract {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
    private static final Identity ANN =
            new Identity("u1", "ann", Optional.of(Role.ADMIN), Optional.of("f1"), Optional.empty());
    private static final int CONVERSATIONS = 300;
    private static final int STEPS = 40;
    private static final int LONGEST_TEXT = 400;
    private static final String COLLECTION = "items";

    /** What a client asks for; {@code id} tells its reply from others. */
    public sealed interface Ask {
        long id();

        record Login(long id, String token) implements Ask {}

        record Put(long id, String collection, String document, Value.Struct data) implements Ask {}

        record Get(long id, String collection, String document) implements Ask {}

        record Subscribe(long id, long subscription, Mode mode, String collection) implements Ask {}

        record Unsubscribe(long id, long subscription) implements Ask {}
    }

    /** The protocol as a node would make it. */
    protected abstract Protocol protocol(Logins logins, Metrics metrics, Clock clock);

    /** A client's message as it goes over the wire. */
    protected abstract byte[] encode(Ask ask);

    /** Whether the protocol finds its frames in a stream of bytes, as over TCP; otherwise every message comes whole. */
    protected abstract boolean framesItself();

    /** Whether messages are text; never asked of one that frames itself. */
    protected boolean text() {
        return false;
    }

    @Test
    void aSwapAtAnyPlaceChangesNothingThatTheClientHears() {
        Random random = Seeds.random("conversations with swaps");
        for (int i = 0; i < CONVERSATIONS; i++) {
            List<Step> steps = conversation(random);
            List<byte[]> undisturbed = new Conversation(new Random(0), false).hold(steps);
            List<byte[]> swapped = new Conversation(random, true).hold(steps);
            assertThat(swapped)
                    .as("conversation %d: %s", i, steps)
                    .usingElementComparator(Arrays::compare)
                    .isEqualTo(undisturbed);
        }
    }

    @Test
    void repliesThatComeDueAfterASwapAreSentInTheirOrder() {
        Conversation conversation = new Conversation(new Random(0), false);
        List<byte[]> expected = new Conversation(new Random(0), false).hold(requests(true));
        requests(false).forEach(conversation::take);
        conversation.swap();
        conversation.swap();
        while (conversation.session.release()) {
            conversation.swap();
        }
        assertThat(conversation.connection.takeSent())
                .usingElementComparator(Arrays::compare)
                .isEqualTo(expected);
    }

    @Test
    void eventsAreSentInTheirOrderWhateverIsSwapped() {
        Random random = Seeds.random("events with swaps");
        Conversation conversation = new Conversation(random, true);
        List<byte[]> expected = new ArrayList<>();
        List<byte[]> heard = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            SubscriptionEvent event = event(random, i);
            expected.addAll(new Conversation(random, false).hold(List.of(new Step.Event(event))));
            conversation.take(new Step.Event(event));
            heard.addAll(conversation.connection.takeSent());
        }
        assertThat(heard)
                .hasSizeGreaterThanOrEqualTo(200)
                .usingElementComparator(Arrays::compare)
                .isEqualTo(expected);
    }

    @Test
    void aStateComesBackAsItWasSaved() {
        Random random = Seeds.random("saved states");
        for (int i = 0; i < CONVERSATIONS; i++) {
            Conversation conversation = new Conversation(random, true);
            conversation.hold(conversation(random));
            if (framesItself()) {
                byte[] message = encode(new Ask.Get(1, COLLECTION, "a"));
                conversation.codec.onMessage(ByteBuffer.wrap(message, 0, random.nextInt(message.length)), false);
            }
            Optional<StateRecord> saved = conversation.codec.save();
            conversation.swap();
            assertThat(conversation.codec.save()).usingRecursiveComparison().isEqualTo(saved);
        }
    }

    @Test
    void aStateOfAnotherVersionIsRefusedAndSoIsADamagedOne() {
        Conversation conversation = new Conversation(new Random(0), false);
        Optional<StateRecord> saved = conversation.codec.save();
        if (saved.isEmpty()) {
            return;
        }
        List<StateRecord> strange = List.of(
                new StateRecord(saved.get().version() + 1000, saved.get().body()),
                new StateRecord(saved.get().version(), new byte[] {(byte) 0xFF, 0}),
                new StateRecord(saved.get().version(), new byte[0]));
        for (StateRecord state : strange) {
            assertThatThrownBy(() -> conversation.protocol.open(conversation.connection, Optional.of(state)))
                    .isInstanceOf(PatchbayException.class);
        }
    }

    // --- what is said

    private sealed interface Step {
        record Message(byte[] bytes) implements Step {
            @Override
            public String toString() {
                return "message of " + bytes.length + " bytes";
            }
        }

        record Release() implements Step {}

        record Event(SubscriptionEvent event) implements Step {}
    }

    private List<Step> conversation(Random random) {
        List<Step> steps = new ArrayList<>();
        for (int i = 1; i <= STEPS; i++) {
            switch (random.nextInt(4)) {
                case 0 -> steps.add(new Step.Event(event(random, i)));
                case 1 -> steps.add(new Step.Release());
                default -> steps.add(new Step.Message(encode(ask(random, i))));
            }
        }
        for (int i = 0; i < STEPS; i++) {
            steps.add(new Step.Release());
        }
        return steps;
    }

    /** @param answered whether each is answered before the next */
    private List<Step> requests(boolean answered) {
        List<Step> steps = new ArrayList<>();
        for (int id = 1; id <= 20; id++) {
            steps.add(new Step.Message(encode(
                    id % 2 == 1
                            ? new Ask.Put(id, COLLECTION, "d" + id, Value.struct("n", Value.of(id)))
                            : new Ask.Get(id, COLLECTION, "d" + (id - 1)))));
            if (answered) {
                steps.add(new Step.Release());
            }
        }
        return steps;
    }

    private Ask ask(Random random, int id) {
        String document = "d" + random.nextInt(5);
        return switch (random.nextInt(6)) {
            case 0 -> new Ask.Get(id, COLLECTION, document);
            case 1 -> new Ask.Login(id, random.nextBoolean() ? "access-1" : "no token");
            case 2 ->
                new Ask.Subscribe(id, random.nextInt(3), mode(random), random.nextInt(5) == 0 ? "none" : COLLECTION);
            case 3 -> new Ask.Unsubscribe(id, random.nextInt(3));
            default -> new Ask.Put(id, COLLECTION, document, data(random));
        };
    }

    private static Mode mode(Random random) {
        return random.nextBoolean() ? Mode.WATCH : Mode.CHANGES;
    }

    private static Value.Struct data(Random random) {
        return Value.struct(
                "text",
                Value.of("line\n\"é€😀".repeat(random.nextInt(LONGEST_TEXT / 10))),
                "n",
                Value.of(random.nextLong() >> 12));
    }

    private static SubscriptionEvent event(Random random, int offset) {
        long subscription = random.nextInt(3);
        Position position = new Position(MemoryDocuments.EPOCH, offset);
        Document document = new Document(
                COLLECTION, StoredDocument.of(1, "d" + offset, offset, CLOCK.millis() + offset, data(random)));
        PatchbayException reason = new PatchbayException(ErrorCode.HISTORY_GONE, "It is gone, number " + offset + ".");
        return switch (random.nextInt(6)) {
            case 0 -> new SubscriptionEvent.Snapshot(subscription, position, List.of(document), random.nextBoolean());
            case 1 -> new SubscriptionEvent.Reload(subscription, reason);
            case 2 -> new SubscriptionEvent.Ended(subscription, reason);
            case 3 ->
                new SubscriptionEvent.Changes(
                        subscription,
                        position,
                        List.of(new DocumentChange("gone", offset, Optional.empty(), random.nextBoolean())));
            default ->
                new SubscriptionEvent.Changes(
                        subscription,
                        position,
                        List.of(new DocumentChange(document.id(), offset, Optional.of(document), false)));
        };
    }

    // --- how it is said

    /** One connection, whose codec is swapped now and then, or never. */
    private final class Conversation {
        final HeldSession session = new HeldSession(new MemorySession(ANN, new MemoryDocuments(COLLECTION)));
        final RecordingConnection connection = new RecordingConnection(session);
        private final MemoryLogins logins = new MemoryLogins(CLOCK);
        private final Random random;
        private final boolean swaps;
        Protocol protocol;
        Codec codec;

        Conversation(Random random, boolean swaps) {
            this.random = random;
            this.swaps = swaps;
            logins.issue(ANN);
            this.protocol = protocol(logins, new MemoryMetrics(), CLOCK);
            this.codec = protocol.open(connection, Optional.empty());
        }

        List<byte[]> hold(List<Step> steps) {
            steps.forEach(this::take);
            return connection.takeSent();
        }

        void take(Step step) {
            perhapsSwap();
            if (step instanceof Step.Message message) {
                say(message.bytes());
            } else if (step instanceof Step.Event event) {
                codec.onEvent(event.event());
            } else {
                session.release();
            }
        }

        private void say(byte[] message) {
            if (!framesItself()) {
                codec.onMessage(ByteBuffer.wrap(message), text());
                return;
            }
            int from = 0;
            while (from < message.length) {
                int length = swaps ? 1 + random.nextInt(message.length - from) : message.length - from;
                give(ByteBuffer.wrap(message.clone(), from, length).slice());
                from += length;
                perhapsSwap();
            }
        }

        /** What the codec leaves of a chunk, because the connection has enough to do, comes again; in between the codec may be another. */
        private void give(ByteBuffer chunk) {
            if (swaps) {
                connection.beBusy(random.nextInt(3));
            }
            for (int tries = 0; chunk.hasRemaining(); tries++) {
                assertThat(tries).as("tries to give the codec %s", chunk).isLessThan(100);
                codec.onMessage(chunk, false);
                perhapsSwap();
            }
        }

        private void perhapsSwap() {
            if (swaps && random.nextInt(3) == 0) {
                swap();
            }
        }

        void swap() {
            Optional<StateRecord> state = codec.save();
            protocol = protocol(logins, new MemoryMetrics(), CLOCK);
            codec = protocol.open(connection, state);
        }
    }
}
