package io.patchbay.api.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** A connection that a {@link MovingTransport} serves. Any thread. */
@ConsumerType
public interface OpenConnection {
    /**
     * Lets go of it at the next moment in which it can move: between two requests, or between two steps of a session. The client may be in the middle of anything.
     *
     * @return empty if that moment did not come within {@code atMost}: then the connection goes on where it is. Else whoever asked owns it, and must close what it can't give away
     */
    CompletionStage<Optional<MovedConnection>> release(Duration atMost);
}
