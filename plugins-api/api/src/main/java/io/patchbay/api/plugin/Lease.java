package io.patchbay.api.plugin;

import io.patchbay.api.migration.StateVersions;
import org.osgi.annotation.versioning.ProviderType;

/** The right to use a provider until {@link #close}. Closed by whoever acquired it, from any thread, once. */
@ProviderType
public interface Lease<T> extends AutoCloseable {
    T provider();

    /** Identifies the provider's version: unequal after a swap. */
    long generation();

    /**
     * Whether a new lease would get this same provider; false once another was swapped in or this one is going. Cheap.
     *
     * <p>Whoever holds a lease for long (a store that stays open) listens with {@link Providers#onChange} and, when this turns false, lets go: stops using the provider, closes the
     * lease and acquires anew. The swap waits for that, bounded by {@code DRAIN}.
     */
    boolean current();

    /** Which versions of its state the provider declares to write and to read. */
    default StateVersions stateVersions() {
        return StateVersions.NONE;
    }

    /**
     * Tells that a call of the provider failed through its own fault: it threw what is no {@link io.patchbay.api.PatchbayException}, or did not answer in time. A version on probation that fails
     * clearly more often than the one before is rolled back. Any thread, also after {@link #close}; cheap.
     */
    default void failed(Throwable failure) {}

    @Override
    void close();
}
