package io.patchbay.api.protocol;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/** The platform's side of a message connection, called by the transport, one call at a time; never waits. */
@ProviderType
public interface MessageReceiver {
    /** A whole message; the buffer is valid during the call only. */
    void onMessage(ByteBuffer message, boolean text);

    /** Whether the transport should read on; when false it stops until {@code resume} runs. */
    boolean ready(Runnable resume);

    /** The connection is gone. Idempotent. */
    void onClosed();
}
