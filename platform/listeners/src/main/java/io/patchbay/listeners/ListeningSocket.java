package io.patchbay.listeners;

import io.patchbay.api.http.Arrival;
import io.patchbay.listeners.tls.NodeCertificate;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import javax.net.ssl.SSLEngine;

/**
 * A listening socket that shall be open.
 *
 * @param address with port 0 if the system shall choose one
 * @param protocol empty for HTTP
 * @param certificate empty for connections in clear
 * @param remedy what to choose if the port is in use
 */
record ListeningSocket(
        InetSocketAddress address, Optional<String> protocol, Optional<NodeCertificate> certificate, String remedy) {
    /** What makes it the same socket, whatever is spoken on it. */
    record Place(InetSocketAddress address, String protocol) {}

    Place place() {
        return new Place(address, address.getPort() == 0 ? protocol.orElse("") : "");
    }

    Arrival arrival(SocketChannel connection) {
        Optional<SSLEngine> tls = certificate.map(serving -> serving.engine(protocol.isEmpty()));
        return new Arrival(connection, tls, protocol);
    }

    /** As operators call what is spoken on it. */
    String spoken() {
        return protocol.orElse("HTTP") + (certificate.isPresent() ? " over TLS" : "");
    }
}
