package io.patchbay.api.http;

import org.osgi.annotation.versioning.ProviderType;

/** Where a streamed body goes. Any thread; no call waits. */
@ProviderType
public interface HttpSink {
    /**
     * Queues bytes behind those before and flushes them when the client takes them. The array must not change any more. Beyond {@link io.patchbay.api.Limits#OUTBOX_BYTES} that the client
     * has not taken the stream is aborted; a writer that looks at {@link #writable} never gets there. After the end it does nothing.
     */
    void write(byte[] bytes);

    /** Whether the client keeps up: false while more than a small part of the limit waits to be taken. */
    boolean writable();

    /** Calls {@code listener} each time {@link #writable} has become true again; one listener, set before the first write. */
    void onWritable(Runnable listener);

    /** Calls {@code listener} once when the stream has ended in any way, at once if it has already; several are possible. */
    void onClosed(Runnable listener);

    /** Ends the body once what was written is out. */
    void end();

    /** Breaks the stream off so that the client sees that it is not whole. */
    void abort();
}
