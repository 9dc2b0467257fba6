package io.patchbay.api.protocol;

import org.osgi.annotation.versioning.ProviderType;

/** Where a transport brings a new message connection. */
@ProviderType
public interface Connections {
    /** Whether a protocol of this name is there now. */
    boolean offers(String protocol);

    /** Open connections that speak this protocol. */
    int count(String protocol);

    /**
     * Opens the platform's side.
     *
     * @throws io.patchbay.api.PatchbayException UNAVAILABLE if there is no such protocol; OVERLOADED at the limit of connections
     */
    MessageReceiver open(String protocol, MessageChannel channel, String remoteAddress);
}
