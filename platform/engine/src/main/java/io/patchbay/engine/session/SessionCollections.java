package io.patchbay.engine.session;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.CollectionInfo;
import io.patchbay.api.document.Collections;
import io.patchbay.engine.collections.CollectionAdmin;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The collections, for a session of an admin. */
final class SessionCollections implements Collections {
    private final ClientSession session;

    SessionCollections(ClientSession session) {
        this.session = session;
    }

    @Override
    public CompletionStage<List<CollectionInfo>> list() {
        return asAdmin(CollectionAdmin::list);
    }

    @Override
    public CompletionStage<CollectionInfo> get(String name) {
        return asAdmin(admin -> admin.get(name));
    }

    @Override
    public CompletionStage<CollectionInfo> create(CollectionDefinition definition) {
        return asAdmin(admin -> admin.create(definition));
    }

    @Override
    public CompletionStage<CollectionInfo> update(CollectionDefinition definition) {
        return asAdmin(admin -> admin.update(definition));
    }

    @Override
    public CompletionStage<Void> delete(String name) {
        return asAdmin(admin -> {
            admin.delete(name);
            return null;
        });
    }

    private <T extends @Nullable Object> CompletionStage<T> asAdmin(Function<CollectionAdmin, T> work) {
        return session.request(() -> {
            requireAdmin();
            return session.parts()
                    .readers()
                    .supply(() -> work.apply(session.parts().collections()));
        });
    }

    private void requireAdmin() {
        if (!session.identity().isAdmin()) {
            throw new PatchbayException(ErrorCode.FORBIDDEN, "Only admins see and change collections.");
        }
    }
}
