package io.patchbay.api.plugin;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The switchboard's face: how a caller reaches what can be swapped ({@link io.patchbay.api.auth.AuthMethod}, {@link io.patchbay.api.protocol.Protocol}, {@link io.patchbay.api.http.HttpRoute}, stores ...).
 *
 * <p>A provider is used under a lease and never kept beyond it: a swap waits, bounded, for the leases on the old provider. Providers of a type are told apart by their name, the
 * service property {@value #NAME}; of several with one name, the switchboard's choice serves (the one swapped in last, otherwise the highest ranked).
 */
@ProviderType
public interface Providers {
    String NAME = "patchbay.name";

    /**
     * A lease on the provider that serves now; if there is none, waits up to {@code LEASE_WAIT} for one. Not for transport threads: see {@link #find}.
     *
     * @throws io.patchbay.api.PatchbayException UNAVAILABLE if none came
     */
    <T> Lease<T> acquire(Class<T> type, String name);

    /** A lease if a provider is there now; never waits. */
    <T> Optional<Lease<T>> find(Class<T> type, String name);

    /** Names of the providers of a type that are there now: those of the node's own bundles first, then the others, each sorted. */
    List<String> names(Class<?> type);

    /** Calls {@code listener} after the providers of {@code type} changed, from any thread; close to end. */
    AutoCloseable onChange(Class<?> type, Runnable listener);
}
