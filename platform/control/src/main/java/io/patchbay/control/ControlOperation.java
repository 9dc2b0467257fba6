package io.patchbay.control;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import java.io.IOException;

/** What an operator can ask for. Called by the connection's thread and may wait. */
interface ControlOperation {
    /**
     * @return what is answered
     * @throws PatchbayException what is answered instead
     * @throws IOException if the client has gone
     */
    Value run(Fields fields, Messages messages) throws IOException;

    /** What is told on the way. */
    interface Messages {
        void send(Value.Struct message) throws IOException;

        /** A map in CBOR, around documents that are encoded already. */
        void send(byte[] message) throws IOException;

        /** Runs {@code action} once the answer is out. */
        void afterReply(Runnable action);
    }
}
