package io.patchbay.listeners;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.http.Arrival;
import io.patchbay.api.http.MovedConnection;
import io.patchbay.api.http.MovingTransport;
import io.patchbay.api.http.OpenConnection;
import io.patchbay.api.protocol.MessageChannel;
import io.patchbay.api.protocol.MessageReceiver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionMovesTest {
    private final OneTransport transports = new OneTransport();
    private final AtomicInteger releasing = new AtomicInteger();
    private final AtomicInteger mostReleasing = new AtomicInteger();
    private final FakeTransport old = new FakeTransport();
    private final FakeTransport next = new FakeTransport();
    private ConnectionMoves moves = new ConnectionMoves(transports);

    @AfterEach
    void stop() {
        moves.close();
    }

    @Test
    void allMoveSomeAtATimeAndTheRestIsDrained() {
        serveWith(200);
        old.movable.get(7).refusals.set(2);
        old.movable.get(9).refusals.set(99);

        transports.set(next);

        await().untilAsserted(() -> assertThat(old.drained).isTrue());
        assertThat(next.adopted).hasValue(199);
        assertThat(next.served).isTrue();
        assertThat(old.movable).as("tried thrice, then left").hasSize(1);
        assertThat(mostReleasing.get()).isBetween(2, ConnectionMoves.MOST_AT_A_TIME);
        assertThat(moves.moved()).isEqualTo(199);
        assertThat(moves.notMoved()).isEqualTo(1);
    }

    @Test
    void aConnectionThatTheNewTransportDoesNotTakeIsClosedAndTheOthersMove() {
        serveWith(10);
        next.refusesFirst.set(true);

        transports.set(next);

        await().untilAsserted(() -> assertThat(old.drained).isTrue());
        assertThat(next.adopted).hasValue(9);
        assertThat(moves.notMoved()).isEqualTo(1);
        assertThat(old.opened).filteredOn(each -> each.closed.get()).hasSize(1);
        assertThat(old.opened).filteredOn(each -> !each.channel.isOpen()).hasSize(1);
    }

    @Test
    void theyMoveBackWhenTheOldTransportServesAgain() {
        serveWith(5);
        transports.set(next);
        await().untilAsserted(() -> assertThat(old.drained).isTrue());
        next.open(5);
        old.served.set(false);

        transports.set(old);

        await().untilAsserted(() -> assertThat(old.adopted).hasValue(5));
        await().untilAsserted(() -> assertThat(next.drained).isTrue());
        assertThat(old.served).isTrue();
    }

    private void serveWith(int connections) {
        old.open(connections);
        transports.set(old);
        // Else it might see the next one first.
        moves.close();
        moves = new ConnectionMoves(transports);
        await().until(moves::isFollowing);
    }

    private final class FakeTransport implements MovingTransport {
        final List<FakeConnection> opened = new CopyOnWriteArrayList<>();
        final List<FakeConnection> movable = new CopyOnWriteArrayList<>();
        final AtomicInteger adopted = new AtomicInteger();
        final AtomicBoolean drained = new AtomicBoolean();
        final AtomicBoolean served = new AtomicBoolean();
        final AtomicBoolean refusesFirst = new AtomicBoolean();

        void open(int connections) {
            for (int i = 0; i < connections; i++) {
                FakeConnection connection = new FakeConnection(this);
                opened.add(connection);
                movable.add(connection);
            }
        }

        @Override
        public String name() {
            return "http";
        }

        @Override
        public void accept(Arrival arrival) {}

        @Override
        public int connections() {
            return movable.size();
        }

        @Override
        public List<OpenConnection> listMovable() {
            return List.copyOf(movable);
        }

        @Override
        public void adopt(MovedConnection connection) {
            if (refusesFirst.getAndSet(false)) {
                throw new IllegalStateException("on purpose");
            }
            adopted.incrementAndGet();
        }

        @Override
        public void serve() {
            served.set(true);
        }

        @Override
        public CompletionStage<Void> drain() {
            drained.set(true);
            return CompletableFuture.completedFuture(null);
        }
    }

    private final class FakeConnection implements OpenConnection, MessageReceiver {
        final SocketChannel channel;
        final AtomicInteger refusals = new AtomicInteger();
        final AtomicBoolean closed = new AtomicBoolean();
        private final FakeTransport of;

        FakeConnection(FakeTransport of) {
            this.of = of;
            try {
                channel = SocketChannel.open();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public CompletionStage<Optional<MovedConnection>> release(Duration atMost) {
            mostReleasing.accumulateAndGet(releasing.incrementAndGet(), Math::max);
            return CompletableFuture.supplyAsync(
                    this::released, CompletableFuture.delayedExecutor(2, TimeUnit.MILLISECONDS));
        }

        private Optional<MovedConnection> released() {
            releasing.decrementAndGet();
            if (refusals.getAndDecrement() > 0) {
                return Optional.empty();
            }
            of.movable.remove(this);
            ByteBuffer nothing = ByteBuffer.allocate(0);
            return Optional.of(
                    new MovedConnection(Arrival.plain(channel), Optional.of(this), nothing, nothing, nothing, nothing));
        }

        @Override
        public void onMessage(ByteBuffer message, boolean text) {}

        @Override
        public boolean ready(Runnable resume) {
            return true;
        }

        @Override
        public void close(int closeCode, String reason) {}

        @Override
        public void detach(Runnable still) {}

        @Override
        public void attach(MessageChannel to) {}

        @Override
        public void onClosed() {
            closed.set(true);
        }
    }
}
