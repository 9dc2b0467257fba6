package io.patchbay.client;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The log of a filter. When its listener falls behind, the node is asked to stop; events that were under way are dropped, and once the listener has caught up the node goes on behind the last
 * event that was kept. So the queue is bounded, nothing is lost or comes twice, and other subscriptions and calls go on meanwhile.
 */
final class ChangesSubscription extends LiveSubscription {
    private final ChangesListener listener;
    private final Flow flow;
    private final AtomicInteger queuedEvents = new AtomicInteger();
    private final AtomicLong queuedBytes = new AtomicLong();
    // The client's thread only.
    private boolean paused;
    /** Whether the node has stopped; until then its events may still arrive. */
    boolean stopped;

    /** How a subscription asks for a pause. The client's thread. */
    interface Flow {
        /** Tells the node to stop, and sets {@link ChangesSubscription#stopped} when it has. */
        void stop(ChangesSubscription subscription);

        /** From the listener's threads: the listener has caught up. */
        void goOn(ChangesSubscription subscription);
    }

    ChangesSubscription(
            long number, String collection, Interest interest, ChangesListener listener, Serial listeners, Flow flow) {
        super(number, "changes", collection, interest, listeners);
        this.listener = listener;
        this.flow = flow;
    }

    @Override
    boolean wantsEvents() {
        return !paused;
    }

    @Override
    void onSubscribed(String at) {
        super.onSubscribed(at);
        if (position == null) {
            position = at;
        }
    }

    /** Whether a pause is over: the node has stopped, and the listener has caught up. */
    boolean mayGoOn() {
        return paused && stopped && queuedEvents.get() == 0;
    }

    void resume() {
        paused = false;
    }

    @Override
    Optional<ClientException> receive(Message.Event event) {
        if (event instanceof Message.End end) {
            return Optional.of(end.reason());
        }
        if (event instanceof Message.Reload reload) {
            return Optional.of(reload.reason());
        }
        if (event instanceof Message.Changes changes && !paused) {
            position = changes.position();
            queue(changes);
            if (queuedEvents.get() > ClientLimits.QUEUED_EVENTS || queuedBytes.get() > ClientLimits.QUEUED_BYTES) {
                paused = true;
                stopped = false;
                flow.stop(this);
            }
        }
        return Optional.empty();
    }

    @Override
    boolean restart() {
        return false;
    }

    @Override
    void end(ClientException reason) {
        listeners.execute(() -> {
            if (!closed) {
                listener.onEnd(reason);
            }
        });
    }

    private void queue(Message.Changes changes) {
        queuedEvents.incrementAndGet();
        queuedBytes.addAndGet(changes.bytes());
        listeners.execute(() -> {
            try {
                if (!closed) {
                    listener.onChanges(changes.changes(), changes.position());
                }
            } finally {
                queuedBytes.addAndGet(-changes.bytes());
                if (queuedEvents.decrementAndGet() == 0) {
                    flow.goOn(this);
                }
            }
        });
    }
}
