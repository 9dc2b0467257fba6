package io.patchbay.plugins.switchboard;

import io.patchbay.api.migration.StateVersions;
import java.util.Optional;
import org.osgi.framework.ServiceReference;

/** What a registered service declares of its state; also of one that is gone. */
public final class DeclaredState {
    private DeclaredState() {}

    /** @throws io.patchbay.api.PatchbayException VALUE_INVALID if the versions are none */
    public static StateVersions of(ServiceReference<?> reference) {
        return StateVersions.parse(property(reference, StateVersions.SAVES), property(reference, StateVersions.ADOPTS));
    }

    private static Optional<String> property(ServiceReference<?> reference, String name) {
        return Optional.ofNullable(reference.getProperty(name)).map(Object::toString);
    }
}
