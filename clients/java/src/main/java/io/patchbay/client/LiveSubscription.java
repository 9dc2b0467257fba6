package io.patchbay.client;

import io.patchbay.api.document.Value;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a reconnecting client knows of a subscription. The client's thread only, but for what runs the listener. */
abstract class LiveSubscription {
    final long number;
    private final String mode;
    private final String collection;
    private final Optional<String> filter;
    final Serial listeners;

    @Nullable
    String position;
    /** Whether the node has accepted it once: only then is it resumed after a reconnect. */
    boolean established;
    /** Set by any thread; what waits for the listener is dropped. */
    volatile boolean closed;

    LiveSubscription(long number, String mode, String collection, Interest interest, Serial listeners) {
        this.number = number;
        this.mode = mode;
        this.collection = collection;
        this.filter = interest.filter();
        this.position = interest.since().orElse(null);
        this.listeners = listeners;
    }

    Request request() {
        Value.Struct fields = Value.struct(
                "mode", Value.of(mode),
                "collection", Value.of(collection),
                "subscription", Value.of(number));
        if (filter.isPresent()) {
            fields = fields.with("filter", Value.of(filter.get()));
        }
        return Request.of("subscribe", position == null ? fields : fields.with("since", Value.of(position)));
    }

    static Request unsubscribe(long number) {
        return Request.of("unsubscribe", Value.struct("subscription", Value.of(number)));
    }

    /** Whether the node is to send events now. */
    boolean wantsEvents() {
        return true;
    }

    /** The node has accepted it. */
    void onSubscribed(String at) {
        established = true;
    }

    /** Returns why the subscription has ended, if it has. */
    abstract Optional<ClientException> receive(Message.Event event);

    /** The position is gone. Returns whether to subscribe anew from scratch. */
    abstract boolean restart();

    abstract void end(ClientException reason);
}
