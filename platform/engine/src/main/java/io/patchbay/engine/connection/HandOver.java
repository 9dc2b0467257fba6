package io.patchbay.engine.connection;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.protocol.Protocol;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the connections of a protocol to its next version, one after the other, each between two messages. A connection for which that fails is closed, harms no other, and is told when to come
 * back. For one thread, once.
 */
final class HandOver {
    /** How many clients are told to come back within a second, at most, when connections can't be handed over. */
    static final int RECONNECTS_PER_SECOND = 2_000;

    private static final Duration SOONEST_RECONNECT = Duration.ofMillis(200);
    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);

    private final String protocol;
    private final Protocol next;
    private final long number;
    private final boolean adopts;
    private final ConnectionMeters meters;
    private int handedOver;
    private int failed;

    /**
     * @param number of the version; see {@link ClientConnection#use}
     * @param adopts whether it declares to go on from the state of the version before; if not, every connection comes back instead, as the plan said
     */
    HandOver(String protocol, Protocol next, long number, boolean adopts, ConnectionMeters meters) {
        this.protocol = protocol;
        this.next = next;
        this.number = number;
        this.adopts = adopts;
        this.meters = meters;
    }

    void run(Collection<ClientConnection> connections) {
        long began = System.nanoTime();
        for (ClientConnection connection : connections) {
            if (connection.protocol().equals(protocol)) {
                handOver(connection);
            }
        }
        long took = System.nanoTime() - began;
        meters.handOverTime.record(took);
        LOG.info(
                "{} connections go on with the new version of {} after {} ms",
                handedOver,
                protocol,
                TimeUnit.NANOSECONDS.toMillis(took));
        if (failed > 0) {
            LOG.warn("{} connections could not go on with the new version of {} and reconnect", failed, protocol);
        }
    }

    private void handOver(ClientConnection connection) {
        if (!adopts && connection.codecNumber() < number) {
            askToComeBack(connection);
            return;
        }
        try {
            if (connection.use(next, number)) {
                handedOver++;
                meters.handedOver.increment();
            }
        } catch (RuntimeException | LinkageError e) {
            if (failed == 0) {
                // Of one: the others fail for the same reason, most likely.
                LOG.error(
                        "Connection {} could not be handed over to the new version of {}",
                        connection.id(),
                        protocol,
                        e);
            }
            askToComeBack(connection);
        }
    }

    private void askToComeBack(ClientConnection connection) {
        connection.close(
                ErrorCode.STOPPING.closeCode(), "retry in " + comeBack().toMillis() + " ms");
        failed++;
        meters.handOverFailed.increment();
    }

    /** Later for each, so that not all come at once. */
    private Duration comeBack() {
        return SOONEST_RECONNECT.plusMillis(failed * 1000L / RECONNECTS_PER_SECOND);
    }
}
