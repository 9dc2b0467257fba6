package io.patchbay.api.protocol;

import io.patchbay.api.migration.StateRecord;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** Turns messages of one connection into calls of its session, and events into messages. All methods are called under the connection's monitor and never wait. */
@ConsumerType
public interface Codec {
    /**
     * A whole message of a WebSocket, or the next chunk of the bytes that came over TCP (see {@link Protocol}). The buffer is valid during the call only. A {@code PatchbayException} closes the
     * connection with its close code.
     *
     * <p>Of a chunk, what is left in the buffer comes again, before the bytes that follow, once the connection {@linkplain Connection#takesRequests takes requests}: so a codec that finds many
     * requests in one chunk stops there, and the client is held back. Of a message, what is left is lost.
     */
    void onMessage(ByteBuffer message, boolean text);

    /** Encodes an event of a subscription and hands it to {@link Connection#send}. */
    void onEvent(SubscriptionEvent event);

    /**
     * What the next version needs to go on: between two messages or chunks. Nothing follows but replies to requests that are in flight, which this codec still sends by
     * {@link Connection#execute}. A failure closes this connection, and its client reconnects.
     */
    Optional<StateRecord> save();

    /**
     * The connection is about to be closed: the last call, and the last chance to send. A WebSocket tells its client code and reason by itself; over TCP nobody does, unless the codec says it in
     * the protocol's own words.
     */
    default void onClosing(int closeCode, String reason) {}
}
