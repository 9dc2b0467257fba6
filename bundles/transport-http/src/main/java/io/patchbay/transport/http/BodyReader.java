package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Reads one request's body as it arrives, growing with what is there, not with what the client announces.
 *
 * <p>Jetty calls {@link #run} whenever there is more, one call at a time.
 */
final class BodyReader implements Runnable {
    private static final byte[] NOTHING = {};
    private static final int FIRST_BYTES = 4 << 10;

    private final Request request;
    private final long limit;
    private final BodyBudget budget;
    private final Consumer<byte[]> whole;
    private final Consumer<Throwable> failed;

    private byte[] bytes = NOTHING;
    private int length;

    /** Exactly one of {@code whole} and {@code failed} is called, once. */
    BodyReader(Request request, long limit, BodyBudget budget, Consumer<byte[]> whole, Consumer<Throwable> failed) {
        this.request = request;
        this.limit = limit;
        this.budget = budget;
        this.whole = whole;
        this.failed = failed;
    }

    @Override
    public void run() {
        byte[] body;
        try {
            if (!readAvailable()) {
                request.demand(this);
                return;
            }
            body = bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
        } catch (Throwable e) {
            failed.accept(e);
            return;
        }
        whole.accept(body);
    }

    /** What is to be given back to the budget once the request has ended. */
    long taken() {
        return bytes.length;
    }

    private boolean readAvailable() throws Throwable {
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                return false;
            }
            if (Content.Chunk.isFailure(chunk)) {
                throw chunk.getFailure();
            }
            try {
                append(chunk);
            } finally {
                chunk.release();
            }
            if (chunk.isLast()) {
                return true;
            }
        }
    }

    private void append(Content.Chunk chunk) {
        int more = chunk.remaining();
        if (length + (long) more > limit) {
            throw tooLarge(limit);
        }
        if (length + more > bytes.length) {
            long roomy = Math.max(Math.max(FIRST_BYTES, 2L * bytes.length), length + (long) more);
            long announced = request.getLength();
            long end = announced >= length + (long) more ? Math.min(announced, limit) : limit;
            grow((int) Math.min(roomy, end));
        }
        chunk.get(bytes, length, more);
        length += more;
    }

    private void grow(int size) {
        budget.take(size - bytes.length);
        bytes = Arrays.copyOf(bytes, size);
    }

    static PatchbayException tooLarge(long limit) {
        return PatchbayException.beyond(
                limit == Limits.PLUGIN_BYTES ? "plugin_bytes" : "frame_bytes",
                ErrorCode.TOO_LARGE,
                "The body of this request may have at most " + limit + " bytes.");
    }
}
