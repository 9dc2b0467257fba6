package io.patchbay.api.protocol;

import io.patchbay.api.migration.StateRecord;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A message protocol; a service.
 *
 * <p>Over a WebSocket a codec gets and sends whole messages. Over TCP (a socket that {@code listen.tcp} opens for this protocol) there are no messages but a stream of bytes, which comes in chunks
 * cut anywhere, in the middle of a character too: the codec finds its frames by itself, keeps the part of a frame that has come so far, bounds its length, and puts it into its saved state. What
 * it sends goes out in order, {@code send} and {@code sendText} alike as their bytes.
 *
 * <p>A version that is replaced hands every connection over, between two messages: {@link Codec#save} of the old one, {@link #open} of the new. Which forms of the state it writes and reads it says
 * in the service properties {@value io.patchbay.api.migration.StateVersions#SAVES} and {@value io.patchbay.api.migration.StateVersions#ADOPTS}, so that a plan can tell before it happens.
 */
@ConsumerType
public interface Protocol {
    /** What it is chosen by: the subprotocol of a WebSocket, such as {@code patchbay.v1}, or the name in {@code listen.tcp}. */
    String name();

    /**
     * A codec for one connection. Called under its monitor; a failure closes the connection, and its client reconnects.
     *
     * @param state what another version's codec saved for this connection; empty on a new one, or if that codec saved nothing
     */
    Codec open(Connection connection, Optional<StateRecord> state);
}
