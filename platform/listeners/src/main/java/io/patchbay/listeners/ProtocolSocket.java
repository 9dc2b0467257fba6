package io.patchbay.listeners;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;

/**
 * A listening socket whose connections speak one protocol: an item of {@value ListenersConfig#TCP}.
 *
 * @param port 0 lets the system choose one
 * @param tls whether its connections are encrypted, with the node's certificate
 */
record ProtocolSocket(String protocol, String address, int port, boolean tls) {
    private static final int PARTS = 4;
    private static final String CLEAR = "clear";
    private static final String TLS = "tls";

    /** @throws PatchbayException VALUE_INVALID if {@code text} is not {@code PROTOCOL ADDRESS PORT clear} or {@code tls} */
    static ProtocolSocket parse(String text) {
        String[] parts = text.strip().split(" ");
        if (parts.length != PARTS || parts[0].isEmpty() || !(parts[3].equals(CLEAR) || parts[3].equals(TLS))) {
            throw new PatchbayException(
                    ErrorCode.VALUE_INVALID,
                    ListenersConfig.TCP + " has \"" + text
                            + "\", but each of it is a protocol, an address, a port and \"" + CLEAR + "\" or \"" + TLS
                            + "\".");
        }
        return new ProtocolSocket(
                parts[0], parts[1], ListenersConfig.port(ListenersConfig.TCP, parts[2]), parts[3].equals(TLS));
    }

    /** Whether the two can't be open together. */
    boolean collides(ProtocolSocket other) {
        return port != 0 && port == other.port && address.equals(other.address);
    }
}
