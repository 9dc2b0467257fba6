package io.patchbay.client;

/** How a client stands to its node. */
public enum Status {
    CONNECTING,
    /** Logged in as before, with every subscription resumed. */
    CONNECTED,
    DISCONNECTED,
    CLOSED
}
