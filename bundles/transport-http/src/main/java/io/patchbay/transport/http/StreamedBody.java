package io.patchbay.transport.http;

import io.patchbay.api.Limits;
import io.patchbay.api.http.HttpRoute;
import io.patchbay.api.http.HttpSink;
import io.patchbay.api.http.HttpStream;
import io.patchbay.api.plugin.Lease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The body of one answer that goes out as its route writes it: a bounded queue, and one write to Jetty at a time.
 *
 * <p>The connection is watched for its end meanwhile, for a stream may be quiet for long. That takes the place of Jetty's reading of a next request, so a streamed answer is the last one on
 * its connection. A client that takes nothing while bytes wait for it is cut by Jetty after {@link HttpLimits#HTTP_IDLE}; a quiet stream is not.
 *
 * <p>Ends exactly once, in {@link #closed}, which gives back the memory and the lease on the route. No listener is called under the monitor.
 */
final class StreamedBody implements HttpSink {
    private static final Logger LOG = LoggerFactory.getLogger(StreamedBody.class);
    private static final Runnable NOTHING = () -> {};
    private static final int WATCH_BYTES = 1 << 10;

    private enum State {
        OPEN,
        ENDING,
        CLOSED
    }

    private final Streams streams;
    private final Lease<HttpRoute> lease;
    private final HandOffEndPoint endPoint;
    private final Response response;
    private final Callback callback;
    private final Writer writer = new Writer();
    private final Watch watch = new Watch();

    /** What follows is guarded by this object's monitor. */
    private State state = State.OPEN;

    private final Deque<byte[]> queue = new ArrayDeque<>();
    private final List<Runnable> onClosed = new ArrayList<>(1);
    /** In the queue or being written. */
    private long waitingBytes;
    /** Too much has been waiting, and {@code onWritable} has not been called since. */
    private boolean blocked;

    private boolean draining;
    private Runnable onWritable = NOTHING;
    private @Nullable Runnable onDrain;

    /** @param response its headers are set; nothing has been written */
    StreamedBody(
            Streams streams, Lease<HttpRoute> lease, HandOffEndPoint endPoint, Response response, Callback callback) {
        this.streams = streams;
        this.lease = lease;
        this.endPoint = endPoint;
        this.response = response;
        this.callback = callback;
    }

    /** Sends the head, then lets the route write. Called once. */
    void start(HttpStream stream) {
        endPoint.streams();
        streams.opened(this);
        response.getRequest().addFailureListener(this::gone);
        writer.iterate();
        watch.look();
        try {
            stream.start(this);
        } catch (Throwable e) {
            LOG.error(
                    "{} failed to begin its body",
                    response.getRequest().getHttpURI().getPath(),
                    e);
            abort();
        }
    }

    @Override
    public void write(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        if (enqueue(bytes)) {
            writer.iterate();
        } else {
            LOG.debug(
                    "A stream to {} is cut: the client does not keep up, or all streams together hold too much memory",
                    endPoint.remoteAddress());
            abort();
        }
    }

    @Override
    public synchronized boolean writable() {
        return state == State.OPEN && !blocked;
    }

    @Override
    public synchronized void onWritable(Runnable listener) {
        onWritable = listener;
    }

    @Override
    public void onClosed(Runnable listener) {
        synchronized (this) {
            if (state != State.CLOSED) {
                onClosed.add(listener);
                return;
            }
        }
        call(listener);
    }

    @Override
    public void onDrain(Runnable listener) {
        synchronized (this) {
            if (!draining) {
                onDrain = listener;
                return;
            }
        }
        call(listener);
    }

    @Override
    public void end() {
        synchronized (this) {
            if (state != State.OPEN) {
                return;
            }
            state = State.ENDING;
        }
        writer.iterate();
    }

    @Override
    public void abort() {
        // Closed first: what the cut breaks is no failure then.
        if (closed()) {
            endPoint.cut();
            writer.abort(new EofException("the stream was aborted"));
        }
    }

    /** Whether the route has another version now, or none. */
    boolean replaced() {
        return !lease.current();
    }

    void drain() {
        Runnable listener;
        synchronized (this) {
            listener = draining || state != State.OPEN ? null : onDrain;
            draining = true;
        }
        if (listener != null) {
            call(listener);
        }
    }

    /** Whether it has been taken; false if that would be too much. What comes after the end is taken and dropped. */
    private synchronized boolean enqueue(byte[] bytes) {
        if (state != State.OPEN) {
            return true;
        }
        if (waitingBytes + bytes.length > Limits.OUTBOX_BYTES || !streams.take(bytes.length)) {
            streams.overflowed();
            return false;
        }
        queue.add(bytes);
        waitingBytes += bytes.length;
        blocked |= waitingBytes > HttpLimits.STREAM_WRITABLE_BYTES;
        return true;
    }

    private void written(int bytes) {
        Runnable listener;
        synchronized (this) {
            if (state == State.CLOSED) {
                return;
            }
            waitingBytes -= bytes;
            streams.giveBack(bytes);
            boolean room = blocked && waitingBytes <= HttpLimits.STREAM_WRITABLE_BYTES / 2;
            blocked &= !room;
            listener = room && state == State.OPEN ? onWritable : NOTHING;
        }
        call(listener);
    }

    private void gone(Throwable cause) {
        if (closed()) {
            endPoint.close();
            writer.abort(cause);
        }
    }

    /** Whether it was open until now. */
    private boolean closed() {
        List<Runnable> listeners;
        synchronized (this) {
            if (state == State.CLOSED) {
                return false;
            }
            state = State.CLOSED;
            queue.clear();
            streams.giveBack(waitingBytes);
            listeners = List.copyOf(onClosed);
        }
        streams.closed(this);
        listeners.forEach(StreamedBody::call);
        lease.close();
        return true;
    }

    private static void call(Runnable listener) {
        try {
            listener.run();
        } catch (Throwable e) {
            LOG.error("What listens to a stream failed", e);
        }
    }

    /** Writes the head, then what waits, then the end; Jetty sees one write at a time, and no write calls another. */
    private final class Writer extends IteratingCallback {
        private boolean headSent;
        private boolean lastSent;
        private int writing;

        @Override
        protected Action process() {
            ByteBuffer next = ByteBuffer.allocate(0);
            if (headSent) {
                synchronized (StreamedBody.this) {
                    if (lastSent) {
                        return Action.SUCCEEDED;
                    }
                    if (queue.isEmpty() && state != State.ENDING) {
                        return Action.IDLE;
                    }
                    next = gather();
                    lastSent = state == State.ENDING && queue.isEmpty();
                }
            }
            headSent = true;
            writing = next.remaining();
            response.write(lastSent, next, this);
            return Action.SCHEDULED;
        }

        /** Many small writes become one; a large one is not copied. */
        private ByteBuffer gather() {
            byte[] first = queue.isEmpty() ? new byte[0] : queue.remove();
            if (queue.isEmpty() || first.length + queue.element().length > HttpLimits.STREAM_WRITE_BYTES) {
                return ByteBuffer.wrap(first);
            }
            ByteBuffer together = ByteBuffer.allocate(HttpLimits.STREAM_WRITE_BYTES);
            together.put(first);
            while (!queue.isEmpty() && queue.element().length <= together.remaining()) {
                together.put(queue.remove());
            }
            return together.flip();
        }

        @Override
        protected void onSuccess() {
            written(writing);
        }

        @Override
        protected void onCompleteSuccess() {
            watch.end();
            callback.succeeded();
            closed();
        }

        @Override
        protected void onCompleteFailure(Throwable cause) {
            callback.failed(cause);
            closed();
        }
    }

    /** Waits for the client's end of the connection; one that ends its side alone is taken for gone, as most servers do. */
    private final class Watch implements Callback {
        /** Guarded by this object's monitor. */
        private boolean ended;

        synchronized void look() {
            if (!ended) {
                // Refused if Jetty itself reads; then the next write finds out.
                endPoint.tryFillInterested(this);
            }
        }

        /** Leaves the reading to Jetty again, which fails a request that completes while somebody reads. */
        synchronized void end() {
            ended = true;
            endPoint.getFillInterest().onFail(new CancellationException());
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }

        @Override
        public void succeeded() {
            try {
                int read = endPoint.fill(BufferUtil.allocate(WATCH_BYTES));
                if (read < 0) {
                    gone(new EofException("the client is gone"));
                } else if (read == 0) {
                    look();
                } else {
                    // A request too early. Nobody answers it here; what is unread must not make the end of the stream a
                    // reset.
                    endPoint.lingerOnClose();
                }
            } catch (IOException e) {
                gone(e);
            }
        }

        @Override
        public void failed(Throwable cause) {
            if (cause instanceof TimeoutException) {
                look();
            } else if (!(cause instanceof CancellationException)) {
                gone(cause);
            }
        }
    }
}
