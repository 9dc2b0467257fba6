package io.patchbay.api.protocol;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/** The transport's side of a message connection. Any thread; one {@code send} at a time: the next comes after {@code done} of the one before. */
@ConsumerType
public interface MessageChannel {
    /** Writes one whole message and calls {@code done} when it is flushed or the connection has failed; never waits. The buffer must not be changed. */
    void send(ByteBuffer message, boolean text, Runnable done);

    /** Sends a close frame, if the framing has one, then closes. Idempotent. */
    void close(int closeCode, String reason);
}
