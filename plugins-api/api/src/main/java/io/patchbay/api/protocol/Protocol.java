package io.patchbay.api.protocol;

import io.patchbay.api.migration.StateRecord;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** A message protocol over WebSocket (or another framed channel); a service. */
@ConsumerType
public interface Protocol {
    /** The WebSocket subprotocol it is chosen by, such as {@code patchbay.v1}. */
    String name();

    /**
     * A codec for one connection.
     *
     * @param state what another version's codec saved for this connection; empty on a new one
     */
    Codec open(Connection connection, Optional<StateRecord> state);
}
