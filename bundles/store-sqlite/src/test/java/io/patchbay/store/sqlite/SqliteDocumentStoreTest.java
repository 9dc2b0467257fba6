package io.patchbay.store.sqlite;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.testkit.DocumentStoreContract;
import io.patchbay.testkit.session.MemoryMetrics;

class SqliteDocumentStoreTest extends DocumentStoreContract {
    @Override
    protected DocumentStoreFactory factory() {
        return new SqliteDocumentStoreFactory(new MemoryMetrics());
    }
}
