package io.patchbay.api.plugin;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;

/**
 * A node, and the process that it is.
 *
 * @param state {@code starting} or {@code ready}
 * @param java the version of the Java that runs it
 * @param home its home folder
 * @param heapUsedBytes of the Java heap, garbage included
 * @param heapMaxBytes what the heap may grow to
 * @param addresses where it listens; empty when it is offline
 */
public record NodeInfo(
        String version,
        String state,
        long pid,
        String java,
        String home,
        Instant startedAt,
        long heapUsedBytes,
        long heapMaxBytes,
        List<InetSocketAddress> addresses) {
    public NodeInfo {
        addresses = List.copyOf(addresses);
    }
}
