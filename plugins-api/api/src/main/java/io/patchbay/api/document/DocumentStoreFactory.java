package io.patchbay.api.document;

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
}
