package io.patchbay.engine.keyvalue;

import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.feed.Position;
import io.patchbay.api.kv.KeyValueChange;
import io.patchbay.api.kv.KeyValueItem;
import io.patchbay.api.kv.KeyValueListener;
import io.patchbay.api.kv.KeyValueWatch;
import io.patchbay.engine.access.KeyRights;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One who watches the keys of a bucket. Changes that it can't take wait, bounded; beyond that it is told to begin anew, and ended.
 *
 * <p>The listener is called by the watchers' thread only.
 */
public final class Watching implements KeyValueWatch {
    private final Bucket bucket;
    private final String prefix;
    private final Supplier<KeyRights> rights;
    private final KeyValueListener listener;
    private final KeyValueWatchers watchers;

    // The watchers' thread's.
    private final Deque<KeyValueChange> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean begun;
    private @Nullable PatchbayException endingWith;
    private volatile boolean closed;
    private volatile Position position = new Position("none", 0);

    /** @param rights of whoever listens, at the moment of each change */
    Watching(
            Bucket bucket,
            String prefix,
            Supplier<KeyRights> rights,
            KeyValueListener listener,
            KeyValueWatchers watchers) {
        this.bucket = bucket;
        this.prefix = prefix;
        this.rights = rights;
        this.listener = listener;
        this.watchers = watchers;
    }

    long bucket() {
        return bucket.number();
    }

    @Override
    public Position position() {
        return position;
    }

    /** Before any change behind it is offered. */
    void startAt(Position start) {
        position = start;
    }

    /** Nothing is told before this. Any thread. */
    public void begin() {
        watchers.execute(() -> {
            begun = true;
            flush();
        });
    }

    /** On the watchers' thread. */
    void offer(KeyValueDecision.Committed commit, KeyValueDecision.Change change, Optional<KeyValueItem> after) {
        if (closed || endingWith != null || !change.key().startsWith(prefix)) {
            return;
        }
        // Taken down before it knew where it began; what it began with has this already.
        if (commit.revision() <= position.offset() || !rights.get().allows(change.key())) {
            return;
        }
        long bytes = bytes(change.key(), after);
        waitingBytes += bytes;
        waiting.add(
                new KeyValueChange(commit.revision(), commit.committedAtMs(), change.key(), after, change.expired()));
        flush();
        if (waiting.size() > Limits.KEY_VALUE_WATCH_CHANGES || waitingBytes > Limits.KEY_VALUE_WATCH_BYTES) {
            waiting.clear();
            waitingBytes = 0;
            end(watchers.fallenBehind());
        }
    }

    private void flush() {
        while (begun && !closed && !waiting.isEmpty() && listener.writable()) {
            KeyValueChange change = waiting.remove();
            waitingBytes -= bytes(change.key(), change.after());
            listener.onChange(change);
        }
        PatchbayException reason = endingWith;
        if (begun && !closed && waiting.isEmpty() && reason != null) {
            close();
            listener.onEnd(reason);
        }
    }

    private static long bytes(String key, Optional<KeyValueItem> after) {
        return key.length()
                + after.flatMap(KeyValueItem::value).map(value -> value.length).orElse(0);
    }

    /** After what waits. On the watchers' thread. */
    void end(PatchbayException reason) {
        if (endingWith == null) {
            endingWith = reason;
            flush();
        }
    }

    /** As {@link #end}, from any thread. */
    public void endLater(PatchbayException reason) {
        watchers.execute(() -> end(reason));
    }

    @Override
    public void resume() {
        watchers.execute(this::flush);
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        watchers.remove(this);
    }
}
