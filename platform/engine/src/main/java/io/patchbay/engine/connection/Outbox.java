package io.patchbay.engine.connection;

import io.patchbay.api.Limits;
import io.patchbay.api.protocol.MessageChannel;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What a client has still to read, bounded in bytes; one message at a time goes to the channel. Any thread.
 *
 * <p>Above the high mark it is {@linkplain #blocked blocked} until it has fallen to the low mark; events are held back meanwhile, and no more requests are read, so only replies to what was
 * already asked can fill it to its limit.
 */
final class Outbox {
    static final int HIGH_MARK_BYTES = Limits.OUTBOX_BYTES / 4;
    static final int LOW_MARK_BYTES = Limits.OUTBOX_BYTES / 16;
    /** Counted for each message beside its bytes. */
    private static final int MESSAGE_OVERHEAD_BYTES = 64;

    private final Runnable onUnblocked;
    private final Runnable onEmpty;

    // All guarded by this.
    private MessageChannel channel;
    /** Whether the channel is being replaced. */
    private boolean paused;

    private Runnable onStill = () -> {};
    private final Deque<Message> waiting = new ArrayDeque<>();
    private @Nullable Message sending;
    private long bytes;
    private boolean blocked;
    private boolean discarded;
    private boolean pumping;

    private record Message(byte[] bytes, boolean text) {
        int cost() {
            return bytes.length + MESSAGE_OVERHEAD_BYTES;
        }
    }

    /**
     * @param onUnblocked runs after the outbox has fallen to its low mark; without a lock of the outbox
     * @param onEmpty runs whenever the last message is out; likewise
     */
    Outbox(MessageChannel channel, Runnable onUnblocked, Runnable onEmpty) {
        this.channel = channel;
        this.onUnblocked = onUnblocked;
        this.onEmpty = onEmpty;
    }

    /** @return false if it is full: nothing was queued */
    boolean add(byte[] message, boolean text) {
        synchronized (this) {
            if (discarded) {
                return true;
            }
            // Looked at before the message is counted: one message always fits, however large.
            if (bytes >= Limits.OUTBOX_BYTES) {
                return false;
            }
            Message added = new Message(message, text);
            waiting.add(added);
            bytes += added.cost();
            if (bytes > HIGH_MARK_BYTES) {
                blocked = true;
            }
        }
        pump();
        return true;
    }

    /** Sends what can be sent. A channel that is done at once calls back from within: the loop goes on instead of the stack growing. */
    private void pump() {
        while (true) {
            Message next;
            MessageChannel to;
            synchronized (this) {
                if (paused || pumping || sending != null || waiting.isEmpty()) {
                    return;
                }
                next = waiting.poll();
                sending = next;
                pumping = true;
                to = channel;
            }
            to.send(ByteBuffer.wrap(next.bytes()).asReadOnlyBuffer(), next.text(), () -> sent(next));
            synchronized (this) {
                pumping = false;
            }
        }
    }

    private void sent(Message message) {
        boolean unblocked;
        boolean empty;
        Runnable still;
        synchronized (this) {
            if (sending != message) {
                return;
            }
            sending = null;
            bytes = discarded ? 0 : bytes - message.cost();
            unblocked = blocked && bytes <= LOW_MARK_BYTES;
            if (unblocked) {
                blocked = false;
            }
            empty = waiting.isEmpty();
            still = onStill;
            onStill = () -> {};
        }
        still.run();
        pump();
        if (unblocked) {
            onUnblocked.run();
        }
        if (empty) {
            onEmpty.run();
        }
    }

    /** Sends nothing more until {@link #attach}; {@code still} runs once nothing is under way. */
    void pause(Runnable still) {
        synchronized (this) {
            paused = true;
            if (sending != null) {
                onStill = still;
                return;
            }
        }
        still.run();
    }

    /** Goes on over {@code next}. */
    void attach(MessageChannel next) {
        synchronized (this) {
            channel = next;
            paused = false;
            onStill = () -> {};
        }
        pump();
    }

    synchronized boolean blocked() {
        return blocked;
    }

    synchronized boolean isEmpty() {
        return sending == null && waiting.isEmpty();
    }

    synchronized long bytes() {
        return bytes;
    }

    /** Nothing more goes out; what waits is forgotten. */
    synchronized void discard() {
        discarded = true;
        waiting.clear();
        bytes = 0;
    }
}
