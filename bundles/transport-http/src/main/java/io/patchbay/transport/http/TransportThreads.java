package io.patchbay.transport.http;

import io.patchbay.api.http.Transport;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The threads that read, call routes and protocols, and write. Their context class loader is not this bundle's, as Jetty would have it: a thread that another part starts while one of them calls it
 * inherits that, and would hold this version of the transport for as long as it runs.
 */
final class TransportThreads extends QueuedThreadPool {
    TransportThreads() {
        super(HttpLimits.THREADS_MAX, HttpLimits.THREADS_MIN);
        setName("patchbay-http");
        setDaemon(true);
    }

    @Override
    public Thread newThread(Runnable work) {
        Thread thread = super.newThread(work);
        thread.setContextClassLoader(Transport.class.getClassLoader());
        return thread;
    }
}
