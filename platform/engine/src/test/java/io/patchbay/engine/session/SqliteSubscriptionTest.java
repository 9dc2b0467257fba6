package io.patchbay.engine.session;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.store.sqlite.SqliteDocumentStoreFactory;

class SqliteSubscriptionTest extends SubscriptionContract {
    @Override
    DocumentStoreFactory factory() {
        return new SqliteDocumentStoreFactory();
    }

    @Override
    DocumentStoreFactory restartedFactory() {
        return new SqliteDocumentStoreFactory();
    }
}
