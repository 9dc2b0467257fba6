package io.patchbay.api.http;

import java.nio.channels.SocketChannel;
import java.util.Optional;
import javax.net.ssl.SSLEngine;

/**
 * A connection that the platform has accepted, on its way to a transport, which owns it from then on.
 *
 * @param tls the server's side of TLS, before its handshake; empty for a connection in clear
 * @param protocol the name of the {@link io.patchbay.api.protocol.Protocol} that the listening socket is for, whose bytes the connection carries; empty for HTTP
 */
public record Arrival(SocketChannel channel, Optional<SSLEngine> tls, Optional<String> protocol) {
    /** HTTP in clear. */
    public static Arrival plain(SocketChannel channel) {
        return new Arrival(channel, Optional.empty(), Optional.empty());
    }
}
