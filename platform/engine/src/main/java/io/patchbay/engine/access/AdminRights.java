package io.patchbay.engine.access;

import io.patchbay.api.document.StoredDocument;
import java.util.Optional;

final class AdminRights implements Rights {
    @Override
    public Visibility visibility(Action action) {
        return Visibility.ALL;
    }

    @Override
    public Optional<Boolean> always(Action action) {
        return Optional.of(true);
    }

    @Override
    public boolean allows(Action action, Optional<StoredDocument> before, Optional<StoredDocument> after) {
        return true;
    }
}
