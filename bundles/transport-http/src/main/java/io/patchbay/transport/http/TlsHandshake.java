package io.patchbay.transport.http;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The beginning of a connection with TLS: it ends in the connection that speaks over it, or in a clear refusal. */
final class TlsHandshake extends AbstractConnection {
    private static final Logger LOG = LoggerFactory.getLogger(TlsHandshake.class);

    private final HandOffEndPoint endPoint;
    private final Tls tls;
    private final TlsDoor door;
    private final boolean http;
    private final Supplier<Connection> next;
    private final AtomicBoolean ended = new AtomicBoolean();

    TlsHandshake(HandOffEndPoint endPoint, Tls tls, TlsDoor door, boolean http, Supplier<Connection> next) {
        super(endPoint, door.executor());
        this.endPoint = endPoint;
        this.tls = tls;
        this.door = door;
        this.http = http;
        this.next = next;
    }

    @Override
    public void onOpen() {
        super.onOpen();
        if (!door.enter()) {
            ended.set(true);
            endPoint.cut();
            return;
        }
        // However steadily its bytes trickle in.
        door.scheduler().schedule(this::timeOut, door.time().toMillis(), TimeUnit.MILLISECONDS);
        // Most often the client's first words are here already, or come now.
        step();
    }

    @Override
    public void onFillable() {
        step();
    }

    @Override
    public void onClose(Throwable cause) {
        // When it is closed in the middle; an end of its own has been counted.
        if (end()) {
            door.meters().handshakeFailed();
        }
        super.onClose(cause);
    }

    private void step() {
        if (ended.get()) {
            return;
        }
        try {
            switch (tls.handshake()) {
                case READ -> fillInterested();
                case WRITE -> endPoint.write(Callback.from(this::step, this::fail), BufferUtil.EMPTY_BUFFER);
                case DONE -> goOn();
            }
        } catch (Tls.ClearTextException e) {
            if (end()) {
                door.meters().handshakeFailed();
                endPoint.refuseClearText(http);
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private void goOn() {
        if (end()) {
            door.meters().handshakeDone(tls.version());
            endPoint.setIdleTimeout(door.idle().toMillis());
            endPoint.upgrade(next.get());
        }
    }

    private void fail(Throwable cause) {
        if (end()) {
            LOG.debug("No TLS with {}: {}", endPoint.remoteAddress(), cause.toString());
            door.meters().handshakeFailed();
            endPoint.close();
        }
    }

    private void timeOut() {
        if (end()) {
            LOG.debug("No TLS with {} within {}", endPoint.remoteAddress(), door.time());
            door.meters().handshakeFailed();
            endPoint.cut();
        }
    }

    /** Whether this is who ends it. */
    private boolean end() {
        boolean first = ended.compareAndSet(false, true);
        if (first) {
            door.leave();
        }
        return first;
    }
}
