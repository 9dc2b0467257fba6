package io.patchbay.client;

import io.patchbay.api.Limits;
import java.time.Duration;

/** What a client never goes beyond. */
public final class ClientLimits {
    /** Calls at the node at the same time; it takes {@link Limits#REQUESTS_IN_FLIGHT_PER_CONNECTION}, and the rest stays free for logins and resumed subscriptions. */
    public static final int CALLS_IN_FLIGHT = 200;
    /** The same where no WebSocket gets through, and each call takes a connection of HTTP/1.1. */
    public static final int HTTP_CALLS_IN_FLIGHT = 32;
    /** After this time over HTTP a WebSocket is tried again. */
    public static final Duration HTTP_LIFE = Duration.ofMinutes(10);
    /** Calls that wait for a place or a connection; one more fails with OVERLOADED. */
    public static final int CALLS_WAITING = 10_000;
    /** Longest message to the node; a longer one fails with TOO_LARGE and is not sent. */
    public static final int SENT_FRAME_BYTES = Limits.FRAME_BYTES;
    /** Longest message of the node; at a longer one the connection is given up. A page of large documents is more than one message of ours may be. */
    public static final int RECEIVED_FRAME_BYTES = 64 << 20;
    /** Events that wait for a listener of {@code changes}; beyond, the node is asked to stop, and to go on from there once the listener has caught up. */
    public static final int QUEUED_EVENTS = 1_000;
    /** The same in bytes. */
    public static final int QUEUED_BYTES = 4 << 20;

    /** The first wait before a reconnect, at random up to this; it doubles. */
    public static final Duration FIRST_RECONNECT = Duration.ofMillis(200);

    public static final Duration LONGEST_RECONNECT = Duration.ofSeconds(30);
    /** The first wait before a call is tried again, at random up to this; it doubles. */
    public static final Duration FIRST_RETRY = Duration.ofMillis(100);

    public static final Duration LONGEST_RETRY = Duration.ofSeconds(2);

    private ClientLimits() {}
}
