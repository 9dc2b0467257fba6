package io.patchbay.plugins.manager;

import io.patchbay.api.migration.StateVersions;
import io.patchbay.api.plugin.Providers;
import io.patchbay.plugins.switchboard.DeclaredState;
import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.ServiceReference;

/** Whether the services of a jar go on from the state that those keep whose place they take: what both sides declare, so that it can be told before any of the jar runs. */
final class StateAdoption {
    private StateAdoption() {}

    /**
     * A service whose state would be lost.
     *
     * @param saved the version in which its state is kept now
     */
    record Loss(NamedService service, int saved) {}

    /** @param serving the named services whose place the jar's services take */
    static List<Loss> losses(PluginJar jar, List<ServiceReference<?>> serving) {
        List<Loss> losses = new ArrayList<>();
        for (DeclaredService incoming : jar.services()) {
            for (ServiceReference<?> reference : serving) {
                StateVersions outgoing = DeclaredState.of(reference);
                if (replaces(incoming, reference) && !incoming.state().adopts(outgoing)) {
                    losses.add(new Loss(
                            new NamedService(incoming.type(), incoming.name()),
                            outgoing.saves().orElseThrow()));
                }
            }
        }
        return losses;
    }

    private static boolean replaces(DeclaredService incoming, ServiceReference<?> reference) {
        return Checkup.types(reference).contains(incoming.type())
                && incoming.name().equals(String.valueOf(reference.getProperty(Providers.NAME)));
    }
}
