package io.patchbay.client;

import io.patchbay.api.document.Value;
import java.util.concurrent.CompletableFuture;

/** A way to the node, from open to close; it never reconnects. The client's thread only, on which its futures complete too. */
interface Connection {
    boolean isOpen();

    /** How many calls it carries at a time. */
    int places();

    /** Fails with DISCONNECTED when the connection ends first: whether the node carried the request out is then unknown. */
    CompletableFuture<Value.Struct> request(Request request);

    void close();
}
