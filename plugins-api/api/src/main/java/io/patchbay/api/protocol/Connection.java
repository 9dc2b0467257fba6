package io.patchbay.api.protocol;

import org.osgi.annotation.versioning.ProviderType;

/** One client's connection, as the platform keeps it: it outlives codec and transport. Any thread. */
@ProviderType
public interface Connection {
    long id();

    /** Without port. */
    String remoteAddress();

    Session session();

    /**
     * Queues a binary message behind those before. The array must not change any more. Beyond {@link io.patchbay.api.Limits#OUTBOX_BYTES} the connection is closed with OVERLOADED; events
     * are held back before that, so only replies that the client does not read lead there.
     */
    void send(byte[] message);

    void sendText(String message);

    /** Whether another request may be started now; false while as many are in flight as a connection may have, or while the client does not read what it was sent. */
    boolean takesRequests();

    /** Runs {@code task} under the connection's monitor, on this thread, unless the connection is closed: how a reply that was computed elsewhere reaches the codec. */
    void execute(Runnable task);

    /** Closes once what was sent is out. */
    void close(int closeCode, String reason);
}
