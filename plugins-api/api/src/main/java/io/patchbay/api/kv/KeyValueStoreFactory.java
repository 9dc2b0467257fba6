package io.patchbay.api.kv;

import io.patchbay.api.crypto.Sealer;
import java.nio.file.Path;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** The service by which a bundle offers a kind of key-value store. */
@ConsumerType
public interface KeyValueStoreFactory {
    /** The adapter's name, such as {@code rocksdb}: what {@code patchbay store swap kv --to} takes. */
    String adapter();

    /**
     * Opens the store in {@code directory}, which exists and belongs to it alone; creates what is missing.
     *
     * @param settings the operator's; an unknown one is refused with the nearest known name
     * @throws io.patchbay.api.PatchbayException STORE_UNAVAILABLE if it is open elsewhere or can't be read
     */
    KeyValueStore open(Path directory, Map<String, String> settings);

    /** Whether it can keep keys and values encrypted: {@link #open(Path, Map, Sealer)}. */
    default boolean seals() {
        return false;
    }

    /**
     * As {@link #open(Path, Map)}, for a store of which nothing may stand in the folder in clear: no value, and no key but in buckets that allow it.
     *
     * @param sealer for this opening alone; the file {@code sealing} of the folder is the sealer's
     */
    default KeyValueStore open(Path directory, Map<String, String> settings, Sealer sealer) {
        throw new UnsupportedOperationException("the adapter " + adapter() + " does not seal");
    }
}
