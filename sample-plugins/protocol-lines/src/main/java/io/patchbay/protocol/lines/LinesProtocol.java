package io.patchbay.protocol.lines;

import io.patchbay.api.auth.Logins;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.metrics.Refusals;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.migration.StateVersions;
import io.patchbay.api.plugin.Providers;
import io.patchbay.api.protocol.Codec;
import io.patchbay.api.protocol.Connection;
import io.patchbay.api.protocol.Protocol;
import java.time.Clock;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The service that a node finds this protocol by. It has no state of its own: each connection has a codec, and what must outlive a codec is in its saved state.
 *
 * <p>The properties are the name that {@code listen.tcp} chooses it by, and which versions of the saved state this version of the plugin writes and reads.
 */
@Component(
        service = Protocol.class,
        property = {
            Providers.NAME + "=" + LinesProtocol.NAME,
            StateVersions.SAVES + "=" + LineBuffer.STATE_VERSION,
            StateVersions.ADOPTS + "=" + LineBuffer.STATE_VERSION
        })
public final class LinesProtocol implements Protocol {
    static final String NAME = "lines";

    private final Logins logins;
    private final Refusals refusals;
    private final Clock clock;

    /** References point at services of the platform only: those are never swapped. */
    @Activate
    public LinesProtocol(@Reference Logins logins, @Reference Metrics metrics) {
        this(logins, metrics, Clock.systemUTC());
    }

    LinesProtocol(Logins logins, Metrics metrics, Clock clock) {
        this.logins = logins;
        this.refusals = new Refusals(metrics, NAME);
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Codec open(Connection connection, Optional<StateRecord> state) {
        LineBuffer lines = state.map(LineBuffer::restore).orElseGet(LineBuffer::new);
        return new LinesCodec(connection, lines, new Operations(connection, logins, clock), refusals);
    }
}
