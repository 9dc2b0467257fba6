package io.patchbay.engine.session;

import io.patchbay.api.protocol.SubscriptionEvent;
import java.util.function.BooleanSupplier;

/** Where a session's events go: its connection. Called by fan-out threads. */
public interface EventSink {
    /** Whether the client reads fast enough to be given more. Once this was false, {@link ClientSession#onWritable} is called when it is true again. */
    boolean writable();

    /** Hands the event to the codec under the connection's monitor, if {@code wanted} still says so there. */
    void deliver(SubscriptionEvent event, BooleanSupplier wanted);

    /** Fewer requests are in flight than a moment ago. */
    void onRequestEnded();
}
