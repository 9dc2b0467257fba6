package io.patchbay.api.http;

import org.osgi.annotation.versioning.ProviderType;

/** Where a streamed body goes. Any thread; no call waits. Listeners are called by any thread and never wait either. */
@ProviderType
public interface HttpSink {
    /**
     * Queues bytes behind those before and sends them when the client takes them. The array must not change any more. Beyond {@link io.patchbay.api.Limits#OUTBOX_BYTES} that the client
     * has not taken, or if all streams together hold too much memory, the stream is aborted; a writer that looks at {@link #writable} gets there only by the memory of all. After the end
     * it does nothing.
     */
    void write(byte[] bytes);

    /** Whether to write on: false while more than a small part of the limit waits for the client, and after the end. */
    boolean writable();

    /** Calls {@code listener} each time {@link #writable} has become true again; one listener, set before the first write. */
    void onWritable(Runnable listener);

    /** Calls {@code listener} once when the stream has ended in any way, at once if it has already; several are possible. */
    void onClosed(Runnable listener);

    /**
     * Calls {@code listener} once when the transport stops or another version of the route has taken its place, at once if that is so already; one listener. A body without an end of
     * its own (events, a log) then says so and ends; one that will be whole within {@link io.patchbay.api.Limits#DRAIN} goes on. What is still open after that is aborted.
     */
    void onDrain(Runnable listener);

    /** Ends the body once what was written is out. */
    void end();

    /** Breaks the stream off so that the client sees that it is not whole. */
    void abort();
}
