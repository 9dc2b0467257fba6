package io.patchbay.transport.http;

import io.patchbay.api.http.Arrival;
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

    HandOffConnector(Server server, TcpDoor protocols, TlsDoor tls, Duration idle, ConnectionFactory... factories) {
        super(server, null, null, null, 0, factories);
        this.protocols = protocols;
        this.tls = tls;
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
            Arrival arrival = (Arrival) attachment;
            HandOffEndPoint on = (HandOffEndPoint) endPoint;
            Optional<String> protocol = arrival.protocol();
            return arrival.tls().isPresent()
                    ? tls.connect(on, arrival.tls().get(), protocol.isEmpty(), ready -> begin(ready, protocol))
                    : begin(on, protocol);
        }

        private Connection begin(HandOffEndPoint on, Optional<String> protocol) {
            return protocol.isPresent()
                    ? protocols.connect(on, protocol.get())
                    : getDefaultConnectionFactory().newConnection(HandOffConnector.this, on);
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
