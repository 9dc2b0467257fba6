package io.patchbay.transport.http;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.Scheduler;

/** Where connections with TLS come in; bounds how many handshakes are under way, as each costs a signature, and how long one takes. Any thread. */
final class TlsDoor {
    private final Server server;
    private final HttpMeters meters;
    private final Duration time;
    private final Duration idle;
    private final AtomicInteger handshakes = new AtomicInteger();

    /** @param idle what an HTTP connection may be once its handshake is done */
    TlsDoor(Server server, HttpMeters meters, Duration time, Duration idle) {
        this.server = server;
        this.meters = meters;
        this.time = time;
        this.idle = idle;
    }

    /**
     * @param http whether who speaks no TLS is told so as HTTP would
     * @param next what speaks over the connection once it is encrypted
     */
    TlsHandshake connect(
            HandOffEndPoint endPoint, SSLEngine engine, boolean http, Function<HandOffEndPoint, Connection> next) {
        Tls tls = endPoint.encrypt(engine, server.getByteBufferPool());
        return new TlsHandshake(endPoint, tls, this, http, () -> next.apply(endPoint));
    }

    boolean enter() {
        if (handshakes.incrementAndGet() <= HttpLimits.HANDSHAKES) {
            return true;
        }
        handshakes.decrementAndGet();
        meters.handshakeFailed();
        return false;
    }

    void leave() {
        handshakes.decrementAndGet();
    }

    int handshakes() {
        return handshakes.get();
    }

    Duration time() {
        return time;
    }

    Duration idle() {
        return idle;
    }

    HttpMeters meters() {
        return meters;
    }

    Executor executor() {
        return server.getThreadPool();
    }

    Scheduler scheduler() {
        return server.getScheduler();
    }
}
