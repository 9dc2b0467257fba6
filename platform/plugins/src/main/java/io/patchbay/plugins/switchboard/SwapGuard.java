package io.patchbay.plugins.switchboard;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/**
 * The switchboard as the plugin manager works it: a bundle's services are held back, put in the place of another's, taken out and drained. Any thread.
 *
 * <p>The order of a swap: {@link #holdBack} the new bundle, start and check it, {@link #flip}, {@link #drain} the old one, stop it. The way back is {@link #flip} the other way round.
 */
public interface SwapGuard {
    /** From now on the services of {@code bundle} serve nobody, until {@link #flip} brings them in; call before the bundle starts. Leases that are open stay open. */
    void holdBack(Bundle bundle);

    /**
     * The services of {@code incoming} serve, before all others of their names; those of {@code outgoing} serve nobody any more. In each slot callers find the one or the other, never
     * neither.
     */
    void flip(Bundle incoming, Optional<Bundle> outgoing);

    /** Waits until the leases on the bundle's services are closed, or the time is over; returns who still holds one. Only after its services were held back or flipped away. */
    List<Holder> drain(Bundle bundle, Duration atMost) throws InterruptedException;

    /** The bundle is gone for good. */
    void forget(Bundle bundle);

    /** The named services of a bundle that a caller could lease, whether they serve or not. */
    List<ServiceReference<?>> namedServices(Bundle bundle);

    /** Leases that are open now on what serves under this type and name. */
    long countLeases(String type, String name);

    /** The services of this bundle that serve and of which calls failed in the last {@code PROBATION}. */
    List<FailingService> listFailing(Bundle bundle);

    /** Who holds a lease on a service of this bundle that serves no more, even if it is uninstalled. */
    List<Holder> listHolders(long bundleId);
}
