package io.patchbay.transport.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The streamed answers that are open now, and the memory that they may take together. Any thread. */
final class Streams {
    private final long limit;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final Set<StreamedBody> open = ConcurrentHashMap.newKeySet();
    private final LongAdder overflowed = new LongAdder();
    private volatile boolean draining;

    Streams(long limit) {
        this.limit = limit;
    }

    void opened(StreamedBody stream) {
        open.add(stream);
        // After the add: whoever begins to drain meanwhile sees the stream, or is seen here.
        if (draining || stream.replaced()) {
            stream.drain();
        }
    }

    void closed(StreamedBody stream) {
        open.remove(stream);
    }

    /** Whether there is room; then it is to be given back. */
    boolean take(long bytes) {
        if (waitingBytes.addAndGet(bytes) <= limit) {
            return true;
        }
        waitingBytes.addAndGet(-bytes);
        return false;
    }

    /** A stream is cut because its client does not read, or because all streams together wait for too much. */
    void overflowed() {
        overflowed.increment();
    }

    long overflows() {
        return overflowed.sum();
    }

    void giveBack(long bytes) {
        waitingBytes.addAndGet(-bytes);
    }

    /** Asks the streams of routes that have been replaced to end. */
    void drainReplaced() {
        open.stream().filter(StreamedBody::replaced).forEach(StreamedBody::drain);
    }

    /** Asks every stream to end, those that begin from now on too. */
    void drain() {
        draining = true;
        open.forEach(StreamedBody::drain);
    }

    /** Streams that begin from now on may go on. */
    void goOn() {
        draining = false;
    }

    void abort() {
        open.forEach(StreamedBody::abort);
    }

    int open() {
        return open.size();
    }

    long waitingBytes() {
        return waitingBytes.get();
    }
}
