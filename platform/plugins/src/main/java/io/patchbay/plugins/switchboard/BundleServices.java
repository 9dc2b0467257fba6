package io.patchbay.plugins.switchboard;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/** The services of a bundle, which may be uninstalled under whoever asks: then there are none. */
public final class BundleServices {
    private BundleServices() {}

    public static List<ServiceReference<?>> registeredBy(Bundle bundle) {
        return list(bundle::getRegisteredServices);
    }

    /** Those of others that it has got hold of. */
    public static List<ServiceReference<?>> usedBy(Bundle bundle) {
        return list(bundle::getServicesInUse);
    }

    private static List<ServiceReference<?>> list(Supplier<ServiceReference<?> @Nullable []> question) {
        try {
            ServiceReference<?>[] found = question.get();
            return found == null ? List.of() : List.of(found);
        } catch (IllegalStateException uninstalled) {
            return List.of();
        }
    }
}
