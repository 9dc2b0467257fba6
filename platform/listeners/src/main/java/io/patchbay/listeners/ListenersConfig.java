package io.patchbay.listeners;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Nearest;
import io.patchbay.api.PatchbayException;
import io.patchbay.listeners.tls.NodeCertificate;
import io.patchbay.listeners.tls.TlsSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the node listens: configuration {@value #PID}, and what was given on the command line (framework properties).
 *
 * @param address a host name or an IP address
 * @param port 0 lets the system choose one
 * @param sockets of protocols that are not HTTP
 * @param tls where the certificate is; empty: nothing speaks TLS, so only this machine can be let in
 * @param offline opens nothing
 */
record ListenersConfig(
        String address, int port, List<ProtocolSocket> sockets, Optional<TlsSettings> tls, boolean offline) {
    static final String PID = "io.patchbay.listeners";
    static final String ADDRESS = "listen.address";
    static final String PORT = "listen.port";
    /** A list; see {@link ProtocolSocket#parse}. */
    static final String TCP = "listen.tcp";

    static final String PORT_OVERRIDE = "patchbay.port";
    static final String HOME = "patchbay.home";
    static final String OFFLINE = "patchbay.offline";
    static final String DEFAULT_ADDRESS = "127.0.0.1";
    static final int DEFAULT_PORT = 7420;

    private static final String PREFIX = "listen.";
    private static final List<String> KNOWN = List.of(ADDRESS, PORT, TCP);

    /** A framework property by its name, empty if it is not set. */
    interface FrameworkProperties {
        Optional<String> find(String name);
    }

    /** @throws PatchbayException VALUE_INVALID or UNKNOWN_FIELD, in a sentence for the operator */
    static ListenersConfig of(Map<String, ?> properties, FrameworkProperties framework) {
        for (String name : properties.keySet()) {
            requireKnown(name, PREFIX, KNOWN);
            requireKnown(name, TlsSettings.PREFIX, TlsSettings.KNOWN);
        }
        Object address = properties.get(ADDRESS);
        Object port = properties.get(PORT);
        Optional<String> override = framework.find(PORT_OVERRIDE);
        return new ListenersConfig(
                address == null ? DEFAULT_ADDRESS : address.toString().trim(),
                override.isPresent()
                        ? port(PORT_OVERRIDE, override.get())
                        : port == null ? DEFAULT_PORT : port(PORT, port.toString()),
                sockets(properties.get(TCP)),
                TlsSettings.of(properties, Path.of(framework.find(HOME).orElse(""))),
                framework.find(OFFLINE).map(Boolean::parseBoolean).orElse(false));
    }

    /**
     * The sockets that shall be open.
     *
     * @param certificate what {@link #tls} names, once it is read
     * @throws PatchbayException VALUE_INVALID if a host is unknown or TLS is wanted without a certificate; FORBIDDEN if others could reach a socket that speaks no TLS
     */
    List<ListeningSocket> requireSockets(Optional<NodeCertificate> certificate) {
        List<ListeningSocket> wanted = new ArrayList<>();
        wanted.add(new ListeningSocket(
                requireSafe(ADDRESS, address, port, certificate.isPresent()),
                Optional.empty(),
                certificate,
                "another port with --port"));
        for (ProtocolSocket socket : sockets) {
            if (socket.tls() && certificate.isEmpty()) {
                throw new PatchbayException(
                        ErrorCode.VALUE_INVALID,
                        TCP + " wants TLS for " + socket.protocol() + ", but there is no certificate: set "
                                + TlsSettings.CERTIFICATE + ".");
            }
            InetSocketAddress address = requireSafe(TCP, socket.address(), socket.port(), socket.tls());
            if (port != 0 && address.equals(wanted.get(0).address())) {
                throw new PatchbayException(
                        ErrorCode.VALUE_INVALID,
                        TCP + " has " + OpenSockets.text(address) + ", where HTTP is; give " + socket.protocol()
                                + " another port.");
            }
            wanted.add(new ListeningSocket(
                    address,
                    Optional.of(socket.protocol()),
                    socket.tls() ? certificate : Optional.empty(),
                    "another port in " + TCP));
        }
        return wanted;
    }

    private static InetSocketAddress requireSafe(String setting, String address, int port, boolean tls) {
        InetAddress host;
        try {
            host = InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new PatchbayException(
                    ErrorCode.VALUE_INVALID,
                    setting + " is \"" + address
                            + "\", which is no address of this machine and no host name that can be resolved.",
                    e);
        }
        if (!host.isLoopbackAddress() && !tls) {
            throw new PatchbayException(
                    ErrorCode.FORBIDDEN,
                    "Not listening on " + address + ": an address that other machines can reach needs TLS; "
                            + (setting.equals(TCP)
                                    ? "set tls: true there, and " + TlsSettings.CERTIFICATE
                                    : "set " + TlsSettings.CERTIFICATE)
                            + ", or set " + setting + " to " + DEFAULT_ADDRESS + ".");
        }
        return new InetSocketAddress(host, port);
    }

    private static void requireKnown(String name, String prefix, List<String> known) {
        if (name.startsWith(prefix) && !known.contains(name)) {
            throw new PatchbayException(
                    ErrorCode.UNKNOWN_FIELD, "There is no setting " + name + "." + Nearest.hint(name, known));
        }
    }

    private static List<ProtocolSocket> sockets(@Nullable Object list) {
        List<ProtocolSocket> sockets = new ArrayList<>();
        for (String text : list instanceof String[] many ? many : new String[0]) {
            ProtocolSocket socket = ProtocolSocket.parse(text);
            if (sockets.stream().anyMatch(socket::collides)) {
                throw new PatchbayException(
                        ErrorCode.VALUE_INVALID,
                        TCP + " has " + socket.address() + ":" + socket.port()
                                + " twice, but a socket is for one protocol.");
            }
            sockets.add(socket);
        }
        return List.copyOf(sockets);
    }

    /** @throws PatchbayException VALUE_INVALID if it is none */
    static int port(String name, String value) {
        try {
            int port = Integer.parseInt(value.trim());
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // Said below, as for a number out of range.
        }
        throw new PatchbayException(
                ErrorCode.VALUE_INVALID, name + " is \"" + value + "\", but a port is a number from 0 to 65535.");
    }
}
