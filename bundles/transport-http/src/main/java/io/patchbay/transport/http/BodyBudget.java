package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.concurrent.atomic.AtomicLong;

/** What the bodies of all requests may take of the heap together. Any thread. */
final class BodyBudget {
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    BodyBudget(long limit) {
        this.limit = limit;
    }

    /** @throws PatchbayException OVERLOADED if it is spent */
    void take(long bytes) {
        if (used.addAndGet(bytes) > limit) {
            used.addAndGet(-bytes);
            throw PatchbayException.beyond(
                    "bodies_bytes",
                    ErrorCode.OVERLOADED,
                    "Too many large requests are being received at once; try again in a moment.");
        }
    }

    void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }
}
