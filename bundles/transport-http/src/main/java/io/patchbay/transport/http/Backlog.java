package io.patchbay.transport.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.util.BufferUtil;

/** Bytes that are to be sent before all others: what was caught of a connection that moves. As much as one message and what is being written. Any thread. */
final class Backlog {
    /** Guarded by this object. */
    private ByteBuffer bytes = BufferUtil.EMPTY_BUFFER;

    private volatile boolean empty = true;

    interface Flush {
        boolean flush(ByteBuffer... buffers) throws IOException;
    }

    boolean isEmpty() {
        return empty;
    }

    /** Takes all of {@code more}. */
    synchronized void add(ByteBuffer more) {
        if (more.hasRemaining()) {
            bytes = ByteBuffer.allocate(bytes.remaining() + more.remaining())
                    .put(bytes)
                    .put(more)
                    .flip();
            empty = false;
        }
    }

    /** Whether all is out. */
    synchronized boolean flush(Flush out) throws IOException {
        if (!empty && out.flush(bytes)) {
            bytes = BufferUtil.EMPTY_BUFFER;
            empty = true;
        }
        return empty;
    }

    synchronized ByteBuffer take() {
        ByteBuffer taken = bytes;
        bytes = BufferUtil.EMPTY_BUFFER;
        empty = true;
        return taken;
    }
}
