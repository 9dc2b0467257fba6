package io.patchbay.api.document;

import io.patchbay.api.crypto.Sealer;
import java.nio.file.Path;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** The service by which a bundle offers a kind of document store. */
@ConsumerType
public interface DocumentStoreFactory {
    /** The adapter's name, such as {@code sqlite}: what {@code patchbay store swap documents --to} takes. */
    String adapter();

    /**
     * Opens the store in {@code directory}, which exists and belongs to it alone; creates what is missing.
     *
     * @param settings the operator's {@code --set} values; an unknown one is refused with the nearest known name
     * @throws io.patchbay.api.PatchbayException STORE_UNAVAILABLE if it is open elsewhere or can't be read
     */
    DocumentStore open(Path directory, Map<String, String> settings);

    /** Whether it can keep documents encrypted: {@link #open(Path, Map, Sealer)}. One that can't serves only where the operator has asked for plain text. */
    default boolean seals() {
        return false;
    }

    /**
     * As {@link #open(Path, Map)}, for a store of which nothing may stand in the folder in clear: no id, no field's name or value. A store is sealed from its beginning or never.
     *
     * @param sealer for this opening alone; the file {@code sealing} of the folder is the sealer's
     * @throws io.patchbay.api.PatchbayException STORE_UNAVAILABLE also if the folder has a store in clear
     */
    default DocumentStore open(Path directory, Map<String, String> settings, Sealer sealer) {
        throw new UnsupportedOperationException("the adapter " + adapter() + " does not seal");
    }
}
