package io.patchbay.plugins.manager;

import io.patchbay.api.plugin.Providers;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.osgi.framework.ServiceReference;

/** A type and a name that callers ask the switchboard for. */
record NamedService(String type, String name) implements Comparable<NamedService> {
    private static final Comparator<NamedService> ORDER =
            Comparator.comparing(NamedService::shown).thenComparing(NamedService::type);

    static Set<NamedService> of(List<ServiceReference<?>> references) {
        Set<NamedService> services = new TreeSet<>();
        for (ServiceReference<?> reference : references) {
            Checkup.types(reference)
                    .forEach(type -> services.add(
                            new NamedService(type, String.valueOf(reference.getProperty(Providers.NAME)))));
        }
        return services;
    }

    static Set<NamedService> declaredBy(PluginJar jar) {
        Set<NamedService> services = new TreeSet<>();
        jar.services().forEach(declared -> services.add(new NamedService(declared.type(), declared.name())));
        return services;
    }

    String shown() {
        return DeclaredService.shown(type, name);
    }

    @Override
    public int compareTo(NamedService other) {
        return ORDER.compare(this, other);
    }
}
