package io.patchbay.protocol.patchbay;

import io.patchbay.api.auth.Logins;
import io.patchbay.api.metrics.Metrics;
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

/** {@code patchbay.v1}. Any thread. */
@Component(
        service = Protocol.class,
        property = {
            Providers.NAME + "=" + PatchbayProtocol.NAME,
            StateVersions.SAVES + "=" + SubscriptionOperations.STATE_VERSION,
            StateVersions.ADOPTS + "=" + SubscriptionOperations.STATE_VERSION
        })
public final class PatchbayProtocol implements Protocol {
    static final String NAME = "patchbay.v1";

    private final Logins logins;
    private final CodecMeters meters;
    private final Clock clock;
    private final EventWriter events = new EventWriter();

    @Activate
    public PatchbayProtocol(@Reference Logins logins, @Reference Metrics metrics) {
        this(logins, metrics, Clock.systemUTC());
    }

    PatchbayProtocol(Logins logins, Metrics metrics, Clock clock) {
        this.logins = logins;
        this.meters = CodecMeters.of(metrics);
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Codec open(Connection connection, Optional<StateRecord> state) {
        return new PatchbayCodec(connection, new Operations(connection, logins, clock, state), events, meters);
    }
}
