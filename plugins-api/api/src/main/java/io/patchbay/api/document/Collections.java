package io.patchbay.api.document;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** The collections, for a session whose identity is an admin; else FORBIDDEN. Names start with a letter; those that start with {@code _} are the node's own. */
@ProviderType
public interface Collections {
    CompletionStage<List<CollectionInfo>> list();

    /** COLLECTION_NOT_FOUND. */
    CompletionStage<CollectionInfo> get(String name);

    /** ALREADY_EXISTS, NAME_INVALID, INDEX_INVALID, RULE_INVALID. */
    CompletionStage<CollectionInfo> create(CollectionDefinition definition);

    /** Replaces indexes and rules; documents stay. COLLECTION_NOT_FOUND. */
    CompletionStage<CollectionInfo> update(CollectionDefinition definition);

    /** Deletes all documents, each with a change, then the collection. COLLECTION_NOT_FOUND. */
    CompletionStage<Void> delete(String name);
}
