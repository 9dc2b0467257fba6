package io.patchbay.transport.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of TLS on one connection, between the channel and whoever reads and writes it in clear. No call waits.
 *
 * <p>It lies below the end point, so that all above it is the same with TLS and without; and it holds nothing but the engine, which is Java's, and bytes, so that an open connection can go to another
 * transport. Buffers are held while there is something in them only.
 */
final class Tls {
    /** The channel. */
    interface Wire {
        /** Appends what has come; -1 at the end. */
        int fill(ByteBuffer buffer) throws IOException;

        boolean flush(ByteBuffer... buffers) throws IOException;
    }

    /** What a handshake waits for. */
    enum Step {
        DONE,
        READ,
        WRITE
    }

    /** The client does not speak TLS. */
    static final class ClearTextException extends SSLException {
        private static final long serialVersionUID = 1;

        ClearTextException() {
            super("the client speaks no TLS");
        }
    }

    /**
     * What a connection takes along to another transport.
     *
     * @param undecrypted what came of a record that is not whole, or of more
     * @param decrypted what was not read yet
     * @param unsent the rest of a record
     */
    record Left(Optional<SSLEngine> engine, ByteBuffer undecrypted, ByteBuffer decrypted, ByteBuffer unsent) {
        /** Of a connection in clear. */
        static final Left NOTHING =
                new Left(Optional.empty(), BufferUtil.EMPTY_BUFFER, BufferUtil.EMPTY_BUFFER, BufferUtil.EMPTY_BUFFER);
    }

    private static final int HANDSHAKE_RECORD = 22;
    private static final String TLS_1_3 = "TLSv1.3";
    /** Of the client's, such as new keys, in a row. */
    private static final int RECORDS_WITHOUT_DATA = 100;
    /** Of the engine's last words: an alert, and the end. */
    private static final int LAST_RECORDS = 4;

    private static final int GO_ON = -2;

    private final SSLEngine engine;
    private final ByteBufferPool pool;
    private final Wire wire;

    // Guarded by this object, as is the engine.
    private @Nullable RetainableByteBuffer encrypted;
    private @Nullable RetainableByteBuffer decrypted;
    private @Nullable RetainableByteBuffer unsent;
    private boolean begun;
    private boolean established;
    private boolean recordSeen;
    /** What is in {@link #encrypted} is no whole record. */
    private boolean partial;

    private int recordsWithoutData;
    private boolean over;
    /** As {@link #unsent}, for those that must not wait for this object: the selector's thread. */
    private volatile boolean sends;

    Tls(SSLEngine engine, ByteBufferPool pool, Wire wire) {
        this.engine = engine;
        this.pool = pool;
        this.wire = wire;
    }

    /**
     * Goes on with the handshake, as far as it gets.
     *
     * @throws ClearTextException if what comes is no TLS
     * @throws IOException if it failed; {@link #close} then tells the client why
     */
    synchronized Step handshake() throws IOException {
        if (over) {
            throw new EofException("closed");
        }
        if (!begun) {
            begun = true;
            engine.beginHandshake();
        }
        try {
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> runTask();
                    case NEED_WRAP -> {
                        if (!speak()) {
                            return Step.WRITE;
                        }
                    }
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        int read = unwrap(BufferUtil.EMPTY_BUFFER);
                        if (read == 0) {
                            return has(unsent) ? Step.WRITE : Step.READ;
                        }
                        if (read == -1) {
                            throw new EofException("the client ended the handshake");
                        }
                    }
                    case FINISHED, NOT_HANDSHAKING -> {
                        if (!drain()) {
                            return Step.WRITE;
                        }
                        established = true;
                        return Step.DONE;
                    }
                }
            }
        } finally {
            releaseEmpty();
        }
    }

    /** On a connection that another transport had: its engine is past the handshake. */
    static Tls adopted(SSLEngine engine, ByteBufferPool pool, Wire wire, ByteBuffer undecrypted, ByteBuffer encrypted) {
        Tls moved = new Tls(engine, pool, wire);
        moved.goOn(undecrypted, encrypted);
        return moved;
    }

    private synchronized void goOn(ByteBuffer undecrypted, ByteBuffer fromBefore) {
        begun = true;
        established = true;
        recordSeen = true;
        if (undecrypted.hasRemaining()) {
            BufferUtil.append(encrypted().getByteBuffer(), undecrypted);
        }
        if (fromBefore.hasRemaining()) {
            BufferUtil.append(unsent().getByteBuffer(), fromBefore);
            sends = true;
        }
    }

    /** Lets go of the engine, and touches it no more. Called when nobody reads or writes. */
    synchronized Left leave() {
        Left left = new Left(Optional.of(engine), copy(encrypted), copy(decrypted), copy(unsent));
        over = true;
        encrypted = release(encrypted);
        decrypted = release(decrypted);
        unsent = release(unsent);
        sends = false;
        return left;
    }

    private static ByteBuffer copy(@Nullable RetainableByteBuffer buffer) {
        if (buffer == null || !buffer.hasRemaining()) {
            return BufferUtil.EMPTY_BUFFER;
        }
        ByteBuffer bytes = buffer.getByteBuffer();
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    String version() {
        return engine.getSession().getProtocol();
    }

    /** As an end point's {@code fill}. */
    synchronized int fill(ByteBuffer buffer) throws IOException {
        if (over) {
            return -1;
        }
        try {
            return has(decrypted) ? take(buffer) : decrypt(buffer);
        } finally {
            releaseEmpty();
        }
    }

    /** As an end point's {@code flush}. */
    synchronized boolean flush(ByteBuffer... buffers) throws IOException {
        if (over) {
            throw new EofException("closed");
        }
        try {
            boolean sent = drain();
            while (sent && !BufferUtil.isEmpty(buffers)) {
                sent = encrypt(buffers);
            }
            return sent;
        } finally {
            releaseEmpty();
        }
    }

    /** Whether something is to be read without the channel becoming readable. */
    synchronized boolean hasUnread() {
        return has(decrypted) || has(encrypted) && !partial;
    }

    /** Whether something is to be sent once the channel becomes writable. */
    boolean hasUnsent() {
        return sends;
    }

    /**
     * Says goodbye, or why, as far as the channel takes it, and ends. The channel is closed by the caller.
     *
     * @param silently says nothing: the client must take the end for a failure
     */
    synchronized void close(boolean silently) {
        if (over) {
            return;
        }
        if (begun && !silently) {
            try {
                sayGoodbye();
            } catch (IOException | RuntimeException gone) {
                // The client is: it needs to hear nothing.
            }
        }
        over = true;
        encrypted = release(encrypted);
        decrypted = release(decrypted);
        unsent = release(unsent);
        sends = false;
    }

    /** Tells the client that nothing more comes, as far as the channel takes it. */
    synchronized void shutdownOutput() {
        if (!over) {
            try {
                sayGoodbye();
            } catch (IOException | RuntimeException gone) {
                // The client is: it needs to hear nothing.
            } finally {
                releaseEmpty();
            }
        }
    }

    private void sayGoodbye() throws IOException {
        engine.closeOutbound();
        for (int records = 0; records < LAST_RECORDS && drain() && !engine.isOutboundDone(); records++) {
            if (wrap(BufferUtil.EMPTY_BUFFER).bytesProduced() == 0) {
                return;
            }
        }
        drain();
    }

    private int decrypt(ByteBuffer buffer) throws IOException {
        int read = GO_ON;
        while (read == GO_ON) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTask();
                case NEED_WRAP -> {
                    if (!speak()) {
                        return 0;
                    }
                    // Its goodbye was answered.
                    if (engine.isInboundDone()) {
                        return -1;
                    }
                }
                default -> read = engine.isInboundDone() ? -1 : unwrap(buffer);
            }
        }
        return read;
    }

    /** One record. */
    private int unwrap(ByteBuffer buffer) throws IOException {
        ByteBuffer in = encrypted().getByteBuffer();
        if (!in.hasRemaining()) {
            int read = read(in);
            if (read <= 0) {
                return read;
            }
        }
        boolean direct = decrypted == null
                && BufferUtil.space(buffer) >= engine.getSession().getApplicationBufferSize();
        ByteBuffer to = direct ? buffer : decrypted().getByteBuffer();
        SSLEngineResult result;
        int at = BufferUtil.flipToFill(to);
        try {
            result = engine.unwrap(in, to);
        } finally {
            BufferUtil.flipToFlush(to, at);
        }
        boolean nothing = result.bytesConsumed() == 0 && result.bytesProduced() == 0;
        return switch (result.getStatus()) {
            case CLOSED -> -1;
            case BUFFER_UNDERFLOW -> readRest(in);
            case BUFFER_OVERFLOW -> {
                grow(direct);
                yield GO_ON;
            }
            case OK -> {
                if (nothing && isSteady(result)) {
                    yield readRest(in);
                }
                refuseRenegotiation(result);
                if (result.bytesProduced() > 0) {
                    recordsWithoutData = 0;
                    yield direct ? result.bytesProduced() : take(buffer);
                }
                countRecordWithoutData();
                yield GO_ON;
            }
        };
    }

    private static boolean isSteady(SSLEngineResult result) {
        return switch (result.getHandshakeStatus()) {
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN, NOT_HANDSHAKING -> true;
            case NEED_TASK, NEED_WRAP, FINISHED -> false;
        };
    }

    /** What has come is no whole record. */
    private int readRest(ByteBuffer in) throws IOException {
        BufferUtil.compact(in);
        if (BufferUtil.space(in) == 0) {
            throw new SSLException("a record is longer than TLS allows");
        }
        int read = read(in);
        partial = read == 0;
        return read > 0 ? GO_ON : read;
    }

    private int read(ByteBuffer in) throws IOException {
        int read = wire.fill(in);
        if (read > 0) {
            partial = false;
            if (!recordSeen) {
                recordSeen = true;
                if (in.get(in.position()) != HANDSHAKE_RECORD) {
                    throw new ClearTextException();
                }
            }
        }
        return read;
    }

    /** Clients that change everything in the middle have been an attack since 2009. */
    private void refuseRenegotiation(SSLEngineResult result) throws SSLException {
        boolean handshaking = result.getHandshakeStatus() != SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING
                && result.getHandshakeStatus() != SSLEngineResult.HandshakeStatus.FINISHED;
        if (established && handshaking && !version().equals(TLS_1_3)) {
            throw new SSLException("the client wants to negotiate anew, which is refused");
        }
    }

    private void countRecordWithoutData() throws SSLException {
        if (established && ++recordsWithoutData > RECORDS_WITHOUT_DATA) {
            throw new SSLException("the client sends records without data");
        }
    }

    private void grow(boolean direct) {
        if (direct) {
            decrypted();
            return;
        }
        // The session's buffers have become larger than they were when this one was taken; it is empty.
        decrypted = release(decrypted);
        decrypted();
    }

    private int take(ByteBuffer buffer) {
        return BufferUtil.append(buffer, decrypted().getByteBuffer());
    }

    /** Lets the engine say what it wants to; false if the channel does not take it now. */
    private boolean speak() throws IOException {
        if (!drain()) {
            return false;
        }
        SSLEngineResult result = wrap(BufferUtil.EMPTY_BUFFER);
        if (result.getStatus() == SSLEngineResult.Status.CLOSED && result.bytesProduced() == 0) {
            throw new EofException("closed");
        }
        return drain();
    }

    private boolean encrypt(ByteBuffer... buffers) throws IOException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> runTask();
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                return false;
            }
            case NEED_WRAP, NOT_HANDSHAKING, FINISHED -> {
                if (wrap(buffers).getStatus() == SSLEngineResult.Status.CLOSED) {
                    throw new EofException("closed");
                }
            }
        }
        return drain();
    }

    /** One record into the buffer of what is to be sent, which is empty. */
    private SSLEngineResult wrap(ByteBuffer... buffers) throws SSLException {
        while (true) {
            ByteBuffer out = unsent().getByteBuffer();
            SSLEngineResult result;
            int at = BufferUtil.flipToFill(out);
            try {
                result = engine.wrap(buffers, out);
            } finally {
                BufferUtil.flipToFlush(out, at);
            }
            if (result.getStatus() != SSLEngineResult.Status.BUFFER_OVERFLOW) {
                return result;
            }
            if (out.capacity() >= engine.getSession().getPacketBufferSize()) {
                throw new SSLException("a record does not fit into the largest that there is");
            }
            unsent = release(unsent);
        }
    }

    /** Whether all that is encrypted is sent. */
    private boolean drain() throws IOException {
        return !has(unsent) || wire.flush(unsent().getByteBuffer());
    }

    private void runTask() {
        Runnable task = engine.getDelegatedTask();
        if (task != null) {
            task.run();
        }
    }

    private RetainableByteBuffer encrypted() {
        RetainableByteBuffer buffer = encrypted;
        if (buffer == null) {
            buffer = pool.acquire(engine.getSession().getPacketBufferSize(), false);
            encrypted = buffer;
        }
        return buffer;
    }

    private RetainableByteBuffer decrypted() {
        RetainableByteBuffer buffer = decrypted;
        if (buffer == null) {
            buffer = pool.acquire(engine.getSession().getApplicationBufferSize(), false);
            decrypted = buffer;
        }
        return buffer;
    }

    private RetainableByteBuffer unsent() {
        RetainableByteBuffer buffer = unsent;
        if (buffer == null) {
            buffer = pool.acquire(engine.getSession().getPacketBufferSize(), false);
            unsent = buffer;
        }
        return buffer;
    }

    private void releaseEmpty() {
        encrypted = has(encrypted) ? encrypted : release(encrypted);
        decrypted = has(decrypted) ? decrypted : release(decrypted);
        unsent = has(unsent) ? unsent : release(unsent);
        sends = unsent != null;
    }

    private static boolean has(@Nullable RetainableByteBuffer buffer) {
        return buffer != null && buffer.hasRemaining();
    }

    private static @Nullable RetainableByteBuffer release(@Nullable RetainableByteBuffer buffer) {
        if (buffer != null) {
            buffer.release();
        }
        return null;
    }
}
