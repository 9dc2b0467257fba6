package io.patchbay.engine.connection;

import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Value;
import io.patchbay.api.protocol.Connection;
import io.patchbay.api.protocol.MessageChannel;
import io.patchbay.api.protocol.MessageReceiver;
import io.patchbay.api.protocol.Protocol;
import io.patchbay.api.protocol.SubscribeRequest;
import io.patchbay.engine.testing.TestPlane;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Codecs are swapped as fast as it goes, under messages, events and replies. {@code -Dpatchbay.swaps=1000000} makes it long. */
@Timeout(600)
class CodecSwapTest {
    private static final int CONNECTIONS = 16;
    private static final int SWAPS = Integer.getInteger("patchbay.swaps", 100_000);
    /** Requests that a client has under way, below the limit of a connection. */
    private static final int IN_FLIGHT = 64;

    @TempDir
    Path folder;

    @Test
    void noMessageEventOrReplyIsLostRepeatedOrReordered() throws Exception {
        SequenceProtocol.Watch watch = new SequenceProtocol.Watch();
        try (TestPlane plane = TestPlane.inMemory(folder)) {
            plane.collection("items");
            plane.put("items", "a", Value.struct());
            plane.providers.plug(Protocol.class, SequenceProtocol.NAME, new SequenceProtocol(watch));
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(new Client(plane));
            }
            AtomicBoolean over = new AtomicBoolean();
            List<Thread> threads = new ArrayList<>();
            AtomicInteger writes = new AtomicInteger();
            threads.add(new Thread(() -> {
                while (!over.get()) {
                    plane.put("items", "a", Value.struct("n", Value.of(writes.incrementAndGet())));
                }
            }));
            clients.forEach(client -> threads.add(new Thread(() -> client.talk(over))));
            threads.forEach(Thread::start);
            while (watch.swaps().get() < SWAPS && watch.errors().isEmpty()) {
                plane.providers.plug(Protocol.class, SequenceProtocol.NAME, new SequenceProtocol(watch));
                Thread.onSpinWait();
            }
            over.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(watch.errors()).isEmpty();
            for (Client client : clients) {
                await().untilAsserted(() -> assertThat(client.events()).hasSize(writes.get()));
                assertThat(client.events()).isSorted().doesNotHaveDuplicates();
                await().untilAsserted(() -> assertThat(client.replies()).hasSize((int) client.asked));
                assertThat(client.replies().stream().sorted().toList())
                        .isEqualTo(
                                LongStream.rangeClosed(1, client.asked).boxed().toList());
                assertThat(client.closed.getCount()).isEqualTo(1);
            }
            System.out.printf(
                    "%d swaps of codecs under %d writes and %d requests%n",
                    watch.swaps().get(),
                    writes.get(),
                    clients.stream().mapToLong(client -> client.asked).sum());
        }
    }

    /** Numbers its messages, and keeps what comes. */
    private static final class Client implements MessageChannel {
        private final MessageReceiver receiver;
        private final Semaphore window = new Semaphore(IN_FLIGHT);
        private final List<Long> received = new ArrayList<>();
        final CountDownLatch closed = new CountDownLatch(1);
        volatile long asked;

        Client(TestPlane plane) {
            receiver = plane.connections.open(SequenceProtocol.NAME, this, "127.0.0.1");
            Connection connection = (Connection) receiver;
            connection.session().authenticate(Identity.SYSTEM);
            get(connection
                    .session()
                    .subscribe(
                            1,
                            new SubscribeRequest(
                                    SubscribeRequest.Mode.CHANGES, "items", Optional.empty(), Optional.empty())));
        }

        void talk(AtomicBoolean over) {
            long number = 0;
            while (!over.get()) {
                window.acquireUninterruptibly();
                number++;
                receiver.onMessage(
                        ByteBuffer.allocate(Long.BYTES).putLong(number).flip(), false);
                asked = number;
            }
        }

        @Override
        public void send(ByteBuffer message, boolean text, Runnable done) {
            long number = message.getLong();
            synchronized (received) {
                received.add(number);
            }
            if (number > 0) {
                window.release();
            }
            done.run();
        }

        @Override
        public void close(int closeCode, String reason) {
            closed.countDown();
        }

        /** Offsets of the events, in the order in which they came. */
        List<Long> events() {
            synchronized (received) {
                return received.stream().filter(n -> n < 0).map(n -> -n).toList();
            }
        }

        List<Long> replies() {
            synchronized (received) {
                return received.stream().filter(n -> n > 0).toList();
            }
        }
    }
}
