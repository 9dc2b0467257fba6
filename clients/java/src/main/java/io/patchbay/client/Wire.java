package io.patchbay.client;

import java.util.concurrent.CompletableFuture;

/** Messages to a node and back, from open to close. All calls, both ways, are made on the client's thread. */
interface Wire {
    /** Sends a message behind those before. */
    void send(byte[] frame);

    /** Says good-bye; nothing is received any more. */
    void close(int code, String reason);

    interface Receiver {
        /** The next message comes when this one has been dealt with. */
        void onMessage(byte[] frame);

        /** @param reason as the node gave it; perhaps empty */
        void onEnded(String reason);
    }

    interface Opener {
        /** Completes on the client's thread; fails if nobody is there or the handshake is refused. */
        CompletableFuture<Wire> open(Receiver receiver);
    }
}
