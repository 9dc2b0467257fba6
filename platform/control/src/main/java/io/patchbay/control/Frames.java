package io.patchbay.control;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Messages on a control connection: four bytes of length, big-endian, then one CBOR map. Used by the connection's thread; a wait beyond its limit closes the channel, as channels know no
 * time-outs.
 */
final class Frames {
    /** Room for a document of the largest size, or many small ones. */
    static final int REQUEST_BYTES_MAX = 2 << 20;

    static final int REPLY_BYTES_MAX = 4 << 20;

    private static final int LENGTH_BYTES = 4;

    private final SocketChannel channel;
    private final ScheduledExecutorService watchdog;

    Frames(SocketChannel channel, ScheduledExecutorService watchdog) {
        this.channel = channel;
        this.watchdog = watchdog;
    }

    /**
     * The next request; empty if the client has gone.
     *
     * @param idle how long it may take to begin
     * @param whole how long it may take from there
     * @throws PatchbayException if it is none: MALFORMED, TOO_LARGE, BAD_REQUEST; the connection is of no more use
     */
    Optional<Value.Struct> read(Duration idle, Duration whole) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES);
        if (!fill(length, idle)) {
            return Optional.empty();
        }
        int bytes = length.getInt(0);
        if (bytes <= 0 || bytes > REQUEST_BYTES_MAX) {
            throw new PatchbayException(
                    ErrorCode.TOO_LARGE, "A control request has 1 to " + REQUEST_BYTES_MAX + " bytes.");
        }
        ByteBuffer body = ByteBuffer.allocate(bytes);
        if (!fill(body, whole)) {
            return Optional.empty();
        }
        if (Cbor.decodeEnvelope(body.array()) instanceof Value.Struct request) {
            return Optional.of(request);
        }
        throw new PatchbayException(ErrorCode.BAD_REQUEST, "A control request is a CBOR map.");
    }

    void write(Value.Struct reply, Duration limit) throws IOException {
        write(Cbor.encodeEnvelope(reply), limit);
    }

    /** A map that is encoded already. */
    void write(byte[] body, Duration limit) throws IOException {
        if (body.length > REPLY_BYTES_MAX) {
            throw new PatchbayException(
                    ErrorCode.TOO_LARGE, "The answer is larger than " + REPLY_BYTES_MAX + " bytes.");
        }
        ByteBuffer frame = ByteBuffer.allocate(LENGTH_BYTES + body.length)
                .putInt(body.length)
                .put(body)
                .flip();
        ScheduledFuture<?> alarm = alarm(limit);
        try {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        } finally {
            alarm.cancel(false);
        }
    }

    private boolean fill(ByteBuffer buffer, Duration limit) throws IOException {
        ScheduledFuture<?> alarm = alarm(limit);
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer) < 0) {
                    return false;
                }
            }
            return true;
        } finally {
            alarm.cancel(false);
        }
    }

    private ScheduledFuture<?> alarm(Duration limit) {
        return watchdog.schedule(this::close, limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is closed for us all the same.
        }
    }
}
