package io.patchbay.store.sqlite;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.testkit.DocumentStoreContract;

class SealedDocumentStoreTest extends DocumentStoreContract {
    @Override
    protected DocumentStoreFactory factory() {
        return new SealedFactory();
    }
}
