package io.patchbay.api.http;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** Serves the connections that the platform accepts; a service. It never opens a listening socket. */
@ConsumerType
public interface Transport {
    String name();

    /** Takes over an accepted connection, and closes it in the end. Called by the accept loop; never waits. */
    void accept(Arrival arrival);

    /** Connections that are open now. */
    int connections();

    /** Takes no new requests on idle connections, lets running ones finish; completes when none is left or the drain time is over. */
    CompletionStage<Void> drain();
}
