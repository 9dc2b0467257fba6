package io.patchbay.plugins.manager;

import java.util.List;
import org.osgi.framework.Version;

/**
 * A jar that has passed inspection.
 *
 * @param name its bundle symbolic name
 * @param services the named services that its component descriptions promise
 * @param activator whether code of its own runs at its start, which may register services that nothing promises
 * @param needs what it needs of others, as the framework reads its manifest
 * @param ofDistribution whether it is the distribution's own file, which is always there and never copied
 */
record PluginJar(
        String name,
        Version version,
        String digest,
        List<DeclaredService> services,
        boolean activator,
        List<Need> needs,
        boolean signed,
        boolean ofDistribution) {
    PluginJar {
        services = List.copyOf(services);
        needs = List.copyOf(needs);
    }
}
