package io.patchbay.engine.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The newest transactions in memory, bounded in number and bytes. One writer, many readers; a reader copies references under the lock and works outside of it. */
final class FeedRing {
    private final @Nullable FeedTransaction[] slots;
    private final long maxBytes;
    // All guarded by this: the ring holds what came after `floor`, oldest at `head`.
    private int head;
    private int size;
    private long bytes;
    private long floor;

    FeedRing(int capacity, long maxBytes) {
        this.slots = new FeedTransaction[capacity];
        this.maxBytes = maxBytes;
    }

    /** Empty, and complete from {@code offset} on. */
    synchronized void reset(long offset) {
        while (size > 0) {
            removeOldest();
        }
        floor = offset;
    }

    synchronized void add(FeedTransaction transaction) {
        if (size == slots.length) {
            removeOldest();
        }
        slots[(head + size) % slots.length] = transaction;
        size++;
        bytes += transaction.bytes();
        while (bytes > maxBytes && size > 1) {
            removeOldest();
        }
    }

    private void removeOldest() {
        FeedTransaction oldest = at(0);
        slots[head] = null;
        head = (head + 1) % slots.length;
        size--;
        bytes -= oldest.bytes();
        floor = oldest.offset();
    }

    private FeedTransaction at(int index) {
        FeedTransaction transaction = slots[(head + index) % slots.length];
        if (transaction == null) {
            throw new IllegalStateException("the ring has a hole");
        }
        return transaction;
    }

    /** At most {@code limit} transactions behind {@code offset}; empty if some of them are no longer here. */
    synchronized Optional<List<FeedTransaction>> read(long offset, int limit) {
        if (offset < floor) {
            return Optional.empty();
        }
        int from = indexBehind(offset);
        int to = Math.min(size, from + limit);
        List<FeedTransaction> found = new ArrayList<>(Math.max(0, to - from));
        for (int i = from; i < to; i++) {
            found.add(at(i));
        }
        return Optional.of(found);
    }

    private int indexBehind(long offset) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (at(middle).offset() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    synchronized int size() {
        return size;
    }

    synchronized long bytes() {
        return bytes;
    }
}
