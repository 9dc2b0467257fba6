package io.patchbay.testkit.session;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.CollectionInfo;
import io.patchbay.api.document.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The collections of {@link MemoryDocuments}, for admins. */
public final class MemoryCollections implements Collections {
    private final Identity identity;
    private final MemoryDocuments documents;

    MemoryCollections(Identity identity, MemoryDocuments documents) {
        this.identity = identity;
        this.documents = documents;
    }

    @Override
    public CompletionStage<List<CollectionInfo>> list() {
        return asAdmin(() -> List.copyOf(documents.collections().values()));
    }

    @Override
    public CompletionStage<CollectionInfo> get(String name) {
        return asAdmin(() -> documents.requireCollection(name));
    }

    @Override
    public CompletionStage<CollectionInfo> create(CollectionDefinition definition) {
        return asAdmin(() -> documents.create(definition));
    }

    @Override
    public CompletionStage<CollectionInfo> update(CollectionDefinition definition) {
        return asAdmin(() -> {
            CollectionInfo updated = new CollectionInfo(
                    definition, documents.requireCollection(definition.name()).id());
            documents.collections().put(definition.name(), updated);
            return updated;
        });
    }

    @Override
    public CompletionStage<Void> delete(String name) {
        return asAdmin(() -> {
            documents.requireCollection(name);
            documents.collections().remove(name);
            return null;
        });
    }

    private <T> CompletionStage<T> asAdmin(Supplier<T> work) {
        return MemoryDocuments.stage(() -> {
            if (!identity.isAdmin()) {
                throw new PatchbayException(ErrorCode.FORBIDDEN, "Only admins see collections.");
            }
            return work.get();
        });
    }
}
