package io.patchbay.transport.http;

import io.patchbay.api.http.MovedConnection;
import io.patchbay.api.http.OpenConnection;
import java.time.Duration;
import java.util.Optional;

/** Moves connections between two transports of a test, as the platform does. */
final class Moves {
    /** Longer than the platform's: a busy machine must not make a test fail. */
    private static final Duration AT_MOST = Duration.ofSeconds(5);

    private Moves() {}

    /** How many have moved. */
    static int all(HttpTransport from, HttpTransport to) {
        int moved = 0;
        for (OpenConnection connection : from.listMovable()) {
            if (one(connection, to, AT_MOST)) {
                moved++;
            }
        }
        return moved;
    }

    static boolean one(OpenConnection connection, HttpTransport to, Duration atMost) {
        Optional<MovedConnection> released =
                connection.release(atMost).toCompletableFuture().join();
        released.ifPresent(to::adopt);
        return released.isPresent();
    }
}
