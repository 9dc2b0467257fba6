package io.patchbay.api.transfer;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Imports and exports, as the node itself: no access rules apply. What is imported takes the way of all transactions, so watchers see it.
 *
 * <p>Calls wait for the store: any thread but a transport's.
 */
@ProviderType
public interface Transfers {
    /** How far the import called {@code name} into {@code collection} has come; empty if none is remembered. COLLECTION_NOT_FOUND. */
    Optional<ImportState> findImport(String collection, String name);

    /**
     * Begins an import anew, whatever is remembered under the name; documents that an earlier one wrote stay.
     *
     * @param name 1 to {@link ImportChunk#NAME_CHARS} characters
     * @param options how rows are read, in words of the caller's own: who resumes must read them the same way
     * @throws io.patchbay.api.PatchbayException COLLECTION_NOT_FOUND, NAME_INVALID
     */
    ImportState beginImport(String collection, String name, String options);

    /**
     * Writes rows and how far the import has come in one transaction: durable together when this returns, or neither. So whoever does not get an answer asks {@link #findImport} and knows.
     *
     * @throws io.patchbay.api.PatchbayException CONFLICT if the import does not stand where the chunk begins; NOT_FOUND if it was never begun; as {@link io.patchbay.api.document.Documents#commit}
     */
    ImportOutcome write(ImportChunk chunk);

    /** The places of those ids under which documents are now, ascending. COLLECTION_NOT_FOUND. */
    List<Integer> findPresent(String collection, List<String> ids);

    /**
     * A collection's documents as they are now, whatever is written while they are read.
     *
     * @param filter a CEL expression; empty for all
     * @throws io.patchbay.api.PatchbayException COLLECTION_NOT_FOUND, FILTER_INVALID, STORE_UNAVAILABLE
     */
    Export openExport(String collection, Optional<String> filter);
}
