package io.patchbay.transport.http;

import java.time.Duration;

/** The transport's own limits; those that protocols share are in {@link io.patchbay.api.Limits}. */
final class HttpLimits {
    /** Connections beyond it are closed at once. */
    static final int CONNECTIONS = 20_000;
    /** TLS handshakes that are under way; a connection beyond it is closed at once. */
    static final int HANDSHAKES = 1_000;
    /** From the arrival of a connection to the end of its handshake. */
    static final Duration HANDSHAKE_TIME = Duration.ofSeconds(10);
    /** Request line and headers. */
    static final int HEADER_BYTES = 16 << 10;

    static final int RESPONSE_HEADER_BYTES = 16 << 10;
    static final int QUERY_PARAMETERS = 256;
    /** No byte in either direction on an HTTP connection. */
    static final Duration HTTP_IDLE = Duration.ofSeconds(30);
    /** No byte in either direction on a WebSocket; clients ping after 30 s of silence. */
    static final Duration WEBSOCKET_IDLE = Duration.ofSeconds(90);
    /** From our close frame to the client's; then the connection is cut. */
    static final Duration WEBSOCKET_CLOSE = Duration.ofSeconds(5);
    /** How long what a refused client still sends is dropped before the connection is cut. */
    static final Duration LINGER = Duration.ofSeconds(2);

    static final Duration LINGER_CHECK = Duration.ofMillis(20);
    static final int LINGER_READ_BYTES = 64 << 10;
    static final int LINGER_READS = 32;
    /** A body must arrive within {@link io.patchbay.api.Limits#REQUEST} plus the time it takes at this rate. */
    static final long BODY_BYTES_PER_SECOND = 64 << 10;
    /** Bodies of all requests together: a quarter of the heap, at least this. */
    static final long BODIES_BYTES_MIN = 64L << 20;

    /** A stream is writable while no more than this waits for its client. */
    static final int STREAM_WRITABLE_BYTES = 256 << 10;
    /** Small writes to a stream that wait are sent together, up to this. */
    static final int STREAM_WRITE_BYTES = 32 << 10;
    /** What waits in all streams together: an eighth of the heap, at least this. */
    static final long STREAMS_BYTES_MIN = 32L << 20;

    static final int THREADS_MIN = 4;
    static final int THREADS_MAX = 16;
    /** While draining, a connection that has been idle this long is closed; a busier one gets {@code Connection: close} with its next answer, which costs its client nothing. */
    static final Duration DRAIN_IDLE = Duration.ofSeconds(1);

    static final Duration DRAIN_CHECK = Duration.ofMillis(50);
    static final Duration HEADERS_CHECK = Duration.ofSeconds(1);
    /** How late the answer to a request that took too long may be at most: this, or one part in so many of its time. */
    static final Duration REQUEST_CHECK = Duration.ofSeconds(1);

    static final int REQUEST_CHECKS = 10;
    /** How many reconnects a second the node wants to see at most, which spreads the clients of a closed WebSocket. */
    static final int RECONNECTS_PER_SECOND = 2_000;

    static final Duration RECONNECT_SPREAD_MIN = Duration.ofMillis(200);

    /** No byte in either direction on a TCP connection of a protocol. */
    static final Duration TCP_IDLE = Duration.ofMinutes(5);
    /** As much of what such a connection sent is given to its protocol at a time. */
    static final int TCP_CHUNK_BYTES = 16 << 10;
    /** How often such a connection looks for a protocol that is not there. */
    static final Duration TCP_SEEK = Duration.ofMillis(50);

    private HttpLimits() {}

    /** The time over which so many clients come back. */
    static Duration reconnectSpread(int clients) {
        Duration spread = Duration.ofMillis(clients * 1000L / RECONNECTS_PER_SECOND);
        return spread.compareTo(RECONNECT_SPREAD_MIN) < 0 ? RECONNECT_SPREAD_MIN : spread;
    }

    static long streamsBytes() {
        return Math.max(STREAMS_BYTES_MIN, Runtime.getRuntime().maxMemory() / 8);
    }

    static long bodiesBytes() {
        return Math.max(BODIES_BYTES_MIN, Runtime.getRuntime().maxMemory() / 4);
    }
}
