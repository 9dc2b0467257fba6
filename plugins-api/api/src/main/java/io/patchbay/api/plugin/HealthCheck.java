package io.patchbay.api.plugin;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** A service by which a plugin says whether it works; asked before an update is flipped in, within {@code HEALTH_CHECK}. */
@ConsumerType
public interface HealthCheck {
    /** A sentence on what is wrong; empty if all is well. May wait; any exception counts as a fault. */
    Optional<String> findFault();
}
