package io.patchbay.engine.transfer;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.store.sqlite.SqliteDocumentStoreFactory;
import io.patchbay.testkit.session.MemoryMetrics;

class SqliteTransfersTest extends TransfersContract {
    @Override
    DocumentStoreFactory factory() {
        return new SqliteDocumentStoreFactory(new MemoryMetrics());
    }
}
