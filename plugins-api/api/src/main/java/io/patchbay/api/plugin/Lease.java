package io.patchbay.api.plugin;

import org.osgi.annotation.versioning.ProviderType;

/** The right to use a provider until {@link #close}. Closed by whoever acquired it, from any thread, once. */
@ProviderType
public interface Lease<T> extends AutoCloseable {
    T provider();

    /** Identifies the provider's version: unequal after a swap. */
    long generation();

    @Override
    void close();
}
