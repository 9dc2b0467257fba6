package io.patchbay.engine.feed;

import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.feed.Change;
import io.patchbay.engine.store.StoreSlot;
import io.patchbay.engine.store.StoreUse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Trims what the feed need not keep: by age and by bytes, whichever comes first. A pin holds it back, until twice as much is kept. One thread at a time.
 */
public final class FeedRetention {
    /** Offsets that are trimmed while writers wait; then they get their turn. */
    private static final int STEP = 10_000;

    private final StoreSlot slot;
    private final ChangeFeed feed;
    private final Consumer<Runnable> exclusively;
    private final Clock clock;
    private volatile Duration keep;
    private volatile long keepBytes;

    /** @param exclusively runs its argument while the committer doesn't write */
    public FeedRetention(
            StoreSlot slot,
            ChangeFeed feed,
            Consumer<Runnable> exclusively,
            Clock clock,
            Duration keep,
            long keepBytes) {
        this.slot = slot;
        this.feed = feed;
        this.exclusively = exclusively;
        this.clock = clock;
        this.keep = keep;
        this.keepBytes = keepBytes;
    }

    /** From the next trim on. */
    public void configure(Duration nextKeep, long nextKeepBytes) {
        keep = nextKeep;
        keepBytes = nextKeepBytes;
    }

    public Duration keep() {
        return keep;
    }

    public long keepBytes() {
        return keepBytes;
    }

    /** Also forgets outcomes that have expired. May take long. */
    public void trim() {
        long through;
        long trimmed;
        try (StoreUse use = slot.use()) {
            StoreState state = use.store().state();
            trimmed = state.trimmedThrough();
            through = Math.max(trimmed, allowedBy(use.store(), state));
        }
        do {
            trimmed = Math.min(through, trimmed + STEP);
            long step = trimmed;
            exclusively.accept(() -> trimThrough(step));
        } while (trimmed < through);
    }

    private void trimThrough(long offset) {
        try (StoreUse use = slot.use()) {
            use.store().trimChanges(offset, clock.millis());
        }
    }

    private long allowedBy(DocumentStore store, StoreState state) {
        long through = excess(store, state, 1);
        Optional<FeedPin> slowest = feed.slowestPin();
        if (slowest.isPresent() && slowest.get().offset() < through) {
            return Math.max(slowest.get().offset(), excess(store, state, 2));
        }
        return through;
    }

    /** The offset through which there is more than {@code factor} times what is to be kept. */
    private long excess(DocumentStore store, StoreState state, int factor) {
        long byAge = throughTime(store, state, clock.millis() - factor * keep.toMillis());
        return Math.max(byAge, beyondBytes(store, state, factor * keepBytes));
    }

    /** Changes are of about equal size over so many, so bytes are told by their share of the offsets. */
    private static long beyondBytes(DocumentStore store, StoreState state, long most) {
        long bytes = store.changeBytes();
        if (bytes <= most) {
            return 0;
        }
        double share = (double) (bytes - most) / bytes;
        return state.trimmedThrough() + (long) (share * (state.lastOffset() - state.trimmedThrough()));
    }

    /** The last offset that was committed at {@code timeMs} or before; found by halving, since times rise with offsets. */
    private static long throughTime(DocumentStore store, StoreState state, long timeMs) {
        long old = state.trimmedThrough();
        long young = state.lastOffset();
        while (old < young) {
            long middle = old + (young - old) / 2;
            List<Change> next = store.readChanges(middle, 1);
            if (!next.isEmpty() && next.get(0).committedAtMs() <= timeMs) {
                old = next.get(0).offset();
            } else {
                young = middle;
            }
        }
        return old;
    }
}
