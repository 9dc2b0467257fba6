package io.patchbay.engine.session;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.store.sqlite.SqliteDocumentStoreFactory;
import io.patchbay.testkit.session.MemoryMetrics;

class SqliteSubscriptionTest extends SubscriptionContract {
    @Override
    DocumentStoreFactory factory() {
        return new SqliteDocumentStoreFactory(new MemoryMetrics());
    }

    @Override
    DocumentStoreFactory restartedFactory() {
        return new SqliteDocumentStoreFactory(new MemoryMetrics());
    }
}
