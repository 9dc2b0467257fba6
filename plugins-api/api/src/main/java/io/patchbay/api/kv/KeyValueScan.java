package io.patchbay.api.kv;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/** Entries one by one, in order of their keys, as they stood when the scan began. Used by one thread; must be closed. */
@ConsumerType
public interface KeyValueScan extends AutoCloseable {
    /**
     * The next entry, expired ones too; null at the end.
     *
     * @throws io.patchbay.api.PatchbayException STORE_UNAVAILABLE if the store was closed meanwhile
     */
    @Nullable
    KeyValueEntry next();

    @Override
    void close();
}
