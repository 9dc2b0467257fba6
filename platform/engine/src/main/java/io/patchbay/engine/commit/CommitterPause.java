package io.patchbay.engine.commit;

import io.patchbay.api.document.StoreState;
import java.util.concurrent.atomic.AtomicBoolean;

/** While it is open the committer decides nothing: writers queue, they don't fail. Short; closed by who asked for it, from any thread. */
public final class CommitterPause implements AutoCloseable {
    private final StoreState state;
    private final Runnable resume;
    private final AtomicBoolean closed = new AtomicBoolean();

    CommitterPause(StoreState state, Runnable resume) {
        this.state = state;
        this.resume = resume;
    }

    /** Where the store stands after the last batch: nothing moves it until the pause ends. */
    public StoreState state() {
        return state;
    }

    /** The committer goes on, on whatever store the slot holds then. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            resume.run();
        }
    }
}
