package io.patchbay.engine.access;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.store.sqlite.SqliteDocumentStoreFactory;
import io.patchbay.testkit.session.MemoryMetrics;

class SqliteHiddenDocumentsTest extends HiddenDocumentsContract {
    @Override
    DocumentStoreFactory factory() {
        return new SqliteDocumentStoreFactory(new MemoryMetrics());
    }
}
