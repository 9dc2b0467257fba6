package io.patchbay.engine.access;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.store.sqlite.SqliteDocumentStoreFactory;

class SqliteHiddenDocumentsTest extends HiddenDocumentsContract {
    @Override
    DocumentStoreFactory factory() {
        return new SqliteDocumentStoreFactory();
    }
}
