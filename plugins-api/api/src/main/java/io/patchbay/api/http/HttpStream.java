package io.patchbay.api.http;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The body of an answer that has no end known beforehand, or is too large to hold: events, a log that goes on, an export.
 *
 * <p>The lease on the route is held until the stream has ended. So that a swap of the route's bundle need not wait for it, an endless stream ends when {@link HttpSink#onDrain} says so (its
 * client comes back to the new version), and a route that is deactivated ends those it still has.
 */
@FunctionalInterface
@ConsumerType
public interface HttpStream {
    /**
     * The head is on its way: from now on {@code sink} takes the body. Called by a transport thread, once; or never, if there is nobody to write for: a HEAD request, a client that is
     * gone or was answered TIMEOUT before. So what a stream needs it takes here, not before. Never waits; if it throws, the stream is aborted.
     */
    void start(HttpSink sink);
}
