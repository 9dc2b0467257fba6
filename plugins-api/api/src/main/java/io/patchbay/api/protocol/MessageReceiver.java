package io.patchbay.api.protocol;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/** The platform's side of a message connection, called by the transport, one call at a time; never waits. */
@ProviderType
public interface MessageReceiver {
    /**
     * A whole message, or over TCP a chunk of bytes; the buffer is valid during the call only. What is left in it of a chunk must come again, before what follows, once the receiver is
     * {@link #ready}.
     */
    void onMessage(ByteBuffer message, boolean text);

    /** Whether the transport should read on; when false it stops until {@code resume} runs. */
    boolean ready(Runnable resume);

    /** Asks for the end: the client is told, what was sent before goes out, then the channel is closed. Idempotent. */
    void close(int closeCode, String reason);

    /**
     * Stops sending, for the connection is about to move to another channel: {@code still} runs once nothing that was sent is under way. Nothing follows until {@link #attach}, and what
     * {@link #ready} was given no longer runs.
     */
    void detach(Runnable still);

    /** Goes on over {@code channel}, with what was to be sent meanwhile; closes it if the connection was closed meanwhile. The transport asks {@link #ready} anew. */
    void attach(MessageChannel channel);

    /** The connection is gone. Idempotent. */
    void onClosed();
}
