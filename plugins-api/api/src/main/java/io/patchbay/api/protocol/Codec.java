package io.patchbay.api.protocol;

import io.patchbay.api.migration.StateRecord;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** Turns messages of one connection into calls of its session, and events into messages. All methods are called under the connection's monitor and never wait. */
@ConsumerType
public interface Codec {
    /** A whole message. The buffer is valid during the call only. A {@code PatchbayException} closes the connection with its close code. */
    void onMessage(ByteBuffer message, boolean text);

    /** Encodes an event of a subscription and hands it to {@link Connection#send}. */
    void onEvent(SubscriptionEvent event);

    /** What the next version needs to go on: between two messages. */
    Optional<StateRecord> save();
}
