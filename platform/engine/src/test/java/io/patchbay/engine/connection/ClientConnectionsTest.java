package io.patchbay.engine.connection;

import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Value;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.migration.StateVersions;
import io.patchbay.api.protocol.Codec;
import io.patchbay.api.protocol.Connection;
import io.patchbay.api.protocol.MessageChannel;
import io.patchbay.api.protocol.Protocol;
import io.patchbay.api.protocol.SubscribeRequest;
import io.patchbay.engine.testing.TestClient;
import io.patchbay.engine.testing.TestPlane;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientConnectionsTest {
    @TempDir
    Path folder;

    private TestPlane plane;

    @BeforeEach
    void open() {
        plane = TestPlane.inMemory(folder);
        plane.collection("items");
    }

    @AfterEach
    void close() {
        plane.close();
    }

    @Test
    void aSwapOfTheProtocolKeepsConnectionsAndSubscriptions() {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            TestClient client = new TestClient(plane);
            get(client.connection
                    .session()
                    .subscribe(
                            1,
                            new SubscribeRequest(
                                    SubscribeRequest.Mode.CHANGES, "items", Optional.empty(), Optional.empty())));
            clients.add(client);
        }
        plane.put("items", "a", Value.struct());
        TestClient.TestProtocol next = new TestClient.TestProtocol("v2");
        plane.providers.plug(Protocol.class, TestClient.PROTOCOL, next);
        plane.put("items", "b", Value.struct());
        await().untilAsserted(() -> assertThat(next.savedStates).hasSize(50).containsOnly("v1"));
        plane.put("items", "c", Value.struct());
        for (TestClient client : clients) {
            await().untilAsserted(() -> assertThat(client.eventsOf(1)).hasSize(3));
            assertThat(client.closed()).isEmpty();
        }
    }

    @Test
    void aConnectionThatCannotBeHandedOverComesBackAndHarmsNoOther() {
        plane.providers.plug(Protocol.class, TestClient.PROTOCOL, new TestClient.TestProtocol("v1"));
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            clients.add(new TestClient(plane));
        }
        TestClient.TestProtocol next = new TestClient.TestProtocol("v2");
        plane.providers.plug(Protocol.class, TestClient.PROTOCOL, new PickyProtocol(next, 3));
        await().untilAsserted(() -> assertThat(next.savedStates).hasSize(6));
        await().untilAsserted(() -> assertThat(clients)
                .filteredOn(client -> client.closed().startsWith("1012 retry in 20"))
                .hasSize(3));
        for (TestClient client : clients) {
            if (client.closed().isEmpty()) {
                client.receiver.onMessage(ByteBuffer.wrap(new byte[1]), false);
                assertThat(client.closed()).isEmpty();
            }
        }
        assertThat(plane.connections.count()).isEqualTo(6);
        assertThat(new TestClient(plane).closed()).as("a new one has no state").isEmpty();
    }

    @Test
    void aVersionThatDeclaresNotToAdoptTheStateIsNotGivenTheConnections() {
        plane.providers.plug(
                Protocol.class, TestClient.PROTOCOL, new TestClient.TestProtocol("v1"), versions("1", "1"));
        List<TestClient> clients = List.of(new TestClient(plane), new TestClient(plane));
        TestClient.TestProtocol next = new TestClient.TestProtocol("v2");
        plane.providers.plug(Protocol.class, TestClient.PROTOCOL, next, versions("2", "2"));
        for (TestClient client : clients) {
            await().untilAsserted(() -> assertThat(client.closed()).isEqualTo("1012 retry in 200 ms"));
        }
        TestClient back = new TestClient(plane);
        TestClient.TestProtocol third = new TestClient.TestProtocol("v3");
        plane.providers.plug(Protocol.class, TestClient.PROTOCOL, third, versions("3", "2,3"));
        await().untilAsserted(() -> assertThat(third.savedStates).containsExactly("v2"));
        assertThat(back.closed()).isEmpty();
        assertThat(next.savedStates).isEmpty();
    }

    private static StateVersions versions(String saves, String adopts) {
        return StateVersions.parse(Optional.of(saves), Optional.of(adopts));
    }

    /** Refuses the state of every so manieth connection. */
    private record PickyProtocol(Protocol willing, int every) implements Protocol {
        @Override
        public String name() {
            return willing.name();
        }

        @Override
        public Codec open(Connection connection, Optional<StateRecord> state) {
            if (state.isPresent() && connection.id() % every == 0) {
                throw new PatchbayException(ErrorCode.UNAVAILABLE, "Of another version.");
            }
            return willing.open(connection, state);
        }
    }

    @Test
    void aProtocolThatIsRemovedClosesItsConnections() {
        TestClient client = new TestClient(plane);
        plane.providers.unplug(Protocol.class, TestClient.PROTOCOL);
        await().untilAsserted(() -> assertThat(client.closed()).startsWith("1013"));
        assertThat(plane.connections.count()).isZero();
        assertThatThrownBy(() -> plane.connections.open(TestClient.PROTOCOL, client, "x"))
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void aClientThatReadsNoRepliesIsClosedAtTheLimit() {
        TestClient client = new TestClient(plane);
        client.stopReading();
        byte[] message = new byte[1 << 20];
        for (int i = 0; i < 8; i++) {
            client.receiver.onMessage(ByteBuffer.wrap(message), false);
        }
        assertThat(plane.connections.outboxBytes()).isLessThan(Limits.OUTBOX_BYTES + 2 * message.length);
        client.readOn();
        await().untilAsserted(() -> assertThat(client.closed()).startsWith("1013"));
    }

    @Test
    void aFullOutboxStopsReadingUntilItIsRead() throws Exception {
        TestClient client = new TestClient(plane);
        client.stopReading();
        CountDownLatch resumed = new CountDownLatch(1);
        assertThat(client.receiver.ready(resumed::countDown)).isTrue();
        client.receiver.onMessage(ByteBuffer.wrap(new byte[Outbox.HIGH_MARK_BYTES]), false);
        assertThat(client.receiver.ready(resumed::countDown)).isFalse();
        client.readOn();
        assertThat(resumed.await(5, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void endingALoginClosesItsConnections() {
        TestClient ann = new TestClient(plane);
        ann.connection.session().authenticate(TestPlane.user("ann"));
        TestClient bob = new TestClient(plane);
        bob.connection.session().authenticate(TestPlane.user("bob"));
        plane.connections.closeFamily("family-of-ann");
        await().untilAsserted(() -> assertThat(ann.closed()).startsWith("1008"));
        assertThat(bob.closed()).isEmpty();
    }

    @Test
    void whatACodecRefusesClosesTheConnectionWithItsCode() {
        TestClient client = new TestClient(plane);
        client.receiver.onMessage(ByteBuffer.wrap(new byte[1]), true);
        await().untilAsserted(() -> assertThat(client.closed()).isEqualTo("1007 No text, please."));
    }

    @Test
    void whatWasSentGoesOutBeforeTheClose() {
        TestClient client = new TestClient(plane);
        client.stopReading();
        client.receiver.onMessage(ByteBuffer.wrap(new byte[10]), false);
        client.connection.close(1000, "bye");
        assertThat(client.closed()).isEmpty();
        client.readOn();
        await().untilAsserted(() -> assertThat(client.closed()).isEqualTo("1000 bye"));
    }

    @Test
    void aConnectionGoesOnOverAnotherChannelWithWhatWaited() {
        TestClient client = new TestClient(plane);
        client.stopReading();
        client.connection.send(new byte[] {1});
        client.connection.send(new byte[] {2});
        AtomicInteger still = new AtomicInteger();
        client.receiver.detach(still::incrementAndGet);
        assertThat(still).as("the first is under way").hasValue(0);
        client.readOn();
        await().untilAsserted(() -> assertThat(still).hasValue(1));
        client.connection.send(new byte[] {3});
        Channel next = new Channel();
        assertThat(next.sent).isEmpty();

        client.receiver.attach(next);

        assertThat(next.sent).containsExactly((byte) 2, (byte) 3);
        client.connection.close(1000, "bye");
        await().untilAsserted(() -> assertThat(next.closed).containsExactly("1000 bye"));
        assertThat(client.closed()).as("the channel before").isEmpty();
        assertThat(plane.connections.count()).isZero();
    }

    @Test
    void aConnectionThatIsClosedBetweenTwoChannelsClosesTheNext() {
        TestClient client = new TestClient(plane);
        client.receiver.detach(() -> {});
        client.connection.close(1008, "enough");
        assertThat(client.closed()).isEmpty();
        Channel next = new Channel();
        client.receiver.attach(next);
        await().untilAsserted(() -> assertThat(next.closed).containsExactly("1008 enough"));
        assertThat(client.closed()).isEmpty();
    }

    @Test
    void whoWaitsForAConnectionThatMovesIsNotWoken() {
        TestClient client = new TestClient(plane);
        client.stopReading();
        AtomicInteger woken = new AtomicInteger();
        client.receiver.onMessage(ByteBuffer.wrap(new byte[Outbox.HIGH_MARK_BYTES]), false);
        assertThat(client.receiver.ready(woken::incrementAndGet)).isFalse();
        client.receiver.detach(() -> {});
        client.readOn();
        client.receiver.attach(new Channel());
        assertThat(woken).hasValue(0);
        await().until(() -> client.receiver.ready(() -> {}));
    }

    /** Takes everything at once. */
    private static final class Channel implements MessageChannel {
        final List<Byte> sent = new CopyOnWriteArrayList<>();
        final List<String> closed = new CopyOnWriteArrayList<>();

        @Override
        public void send(ByteBuffer message, boolean text, Runnable done) {
            sent.add(message.get(message.position()));
            done.run();
        }

        @Override
        public void close(int closeCode, String reason) {
            closed.add(closeCode + " " + reason);
        }
    }
}
