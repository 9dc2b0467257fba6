package io.patchbay.transport.http;

import io.patchbay.api.http.Arrival;
import io.patchbay.api.http.MovedConnection;
import io.patchbay.api.protocol.MessageReceiver;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;

/** A connector without a listening socket: it serves the connections it is handed. */
final class HandOffConnector extends AbstractConnector {
    private static final int SELECTORS = 1;

    private final SelectorManager selectors;
    private final TcpDoor protocols;
    private final TlsDoor tls;
    private final WebSocketDoor webSockets;

    HandOffConnector(
            Server server,
            TcpDoor protocols,
            TlsDoor tls,
            WebSocketDoor webSockets,
            Duration idle,
            ConnectionFactory... factories) {
        super(server, null, null, null, 0, factories);
        this.protocols = protocols;
        this.tls = tls;
        this.webSockets = webSockets;
        selectors = new Selectors();
        installBean(selectors, true);
        setIdleTimeout(idle.toMillis());
    }

    /** Any thread; never waits. */
    void take(Arrival arrival) throws IOException {
        SocketChannel channel = arrival.channel();
        channel.configureBlocking(false);
        channel.socket().setTcpNoDelay(true);
        selectors.accept(channel, arrival);
    }

    /** Likewise, with a connection that another transport had. */
    void take(MovedConnection moved) throws IOException {
        SocketChannel channel = moved.arrival().channel();
        channel.configureBlocking(false);
        selectors.accept(channel, moved);
    }

    int connections() {
        return getConnectedEndPoints().size();
    }

    List<HandOffEndPoint> endPoints() {
        Collection<EndPoint> all = getConnectedEndPoints();
        return all.stream().map(HandOffEndPoint.class::cast).toList();
    }

    @Override
    protected void accept(int acceptor) {
        throw new UnsupportedOperationException("connections are accepted by the platform");
    }

    @Override
    public Object getTransport() {
        return this;
    }

    private final class Selectors extends SelectorManager {
        Selectors() {
            super(HandOffConnector.this.getExecutor(), HandOffConnector.this.getScheduler(), SELECTORS);
        }

        @Override
        protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
            HandOffEndPoint endPoint =
                    new HandOffEndPoint((SocketChannel) channel, selector, key, getScheduler(), getExecutor());
            endPoint.setIdleTimeout(getIdleTimeout());
            return endPoint;
        }

        @Override
        public Connection newConnection(SelectableChannel channel, EndPoint endPoint, Object attachment) {
            HandOffEndPoint on = (HandOffEndPoint) endPoint;
            if (attachment instanceof MovedConnection moved) {
                try {
                    return goOn(on, moved);
                } catch (RuntimeException | LinkageError e) {
                    moved.session().ifPresent(MessageReceiver::onClosed);
                    throw e;
                }
            }
            Arrival arrival = (Arrival) attachment;
            Optional<String> protocol = arrival.protocol();
            return arrival.tls().isPresent()
                    ? tls.connect(on, arrival.tls().get(), protocol.isEmpty(), ready -> begin(ready, protocol))
                    : begin(on, protocol);
        }

        private Connection begin(HandOffEndPoint on, Optional<String> protocol) {
            return protocol.isPresent() ? protocols.connect(on, protocol.get()) : begin(on);
        }

        private Connection goOn(HandOffEndPoint on, MovedConnection moved) {
            on.adopt(moved, getByteBufferPool());
            Optional<String> protocol = moved.arrival().protocol();
            if (protocol.isPresent()) {
                return protocols.goOn(on, protocol.get(), moved.session());
            }
            return moved.session().isPresent()
                    ? webSockets.goOn(on, moved.session().get(), HandOffConnector.this)
                    : begin(on);
        }

        private Connection begin(HandOffEndPoint on) {
            return getDefaultConnectionFactory().newConnection(HandOffConnector.this, on);
        }

        @Override
        protected void endPointOpened(EndPoint endPoint) {
            super.endPointOpened(endPoint);
            onEndPointOpened(endPoint);
        }

        @Override
        protected void endPointClosed(EndPoint endPoint) {
            onEndPointClosed(endPoint);
            super.endPointClosed(endPoint);
        }
    }
}
