package io.patchbay.api.http;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The body of an answer that has no end known beforehand, or is too large to hold: events, a log that goes on, an export.
 *
 * <p>The lease on the route is held until the stream has ended, so a route whose bundle is to be swapped ends its open streams when it is deactivated; their clients come back to the new version.
 */
@FunctionalInterface
@ConsumerType
public interface HttpStream {
    /** The head is on its way: from now on {@code sink} takes the body. Called once, by a transport thread; never waits. */
    void start(HttpSink sink);
}
