package io.patchbay.plugins.manager;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Felix keeps of a bundle that is gone: its table of services in use has an entry for each bundle that ever used one, with counts that are all zero, and through it the bundle, its revision and the names in its jar. Measured: 0.36 MB for each update of the
 * transport, for ever.
 *
 * <p>There is no way to ask Felix to drop it, so the entry is taken out by reflection; if a later Felix looks different, it stays.
 */
final class FrameworkLeftovers {
    private static final Logger LOG = LoggerFactory.getLogger(FrameworkLeftovers.class);

    private FrameworkLeftovers() {}

    /** @param removed uninstalled, and let go by a refresh */
    static void drop(Bundle removed) {
        if (removed.getState() != Bundle.UNINSTALLED) {
            return;
        }
        try {
            servicesInUse(removed).remove(removed);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("What the framework keeps of {} can't be dropped: {}", removed, e.toString());
        }
    }

    static Map<?, ?> servicesInUse(Bundle bundle) throws ReflectiveOperationException {
        Method framework = bundle.getClass().getDeclaredMethod("getFramework");
        framework.setAccessible(true);
        Object registry = read(framework.invoke(bundle), "m_registry");
        return (Map<?, ?>) read(registry, "m_inUseMap");
    }

    private static Object read(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(owner);
    }
}
