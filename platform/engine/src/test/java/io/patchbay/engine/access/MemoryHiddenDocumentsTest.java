package io.patchbay.engine.access;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.engine.testing.MemoryStoreFactory;

class MemoryHiddenDocumentsTest extends HiddenDocumentsContract {
    @Override
    DocumentStoreFactory factory() {
        return new MemoryStoreFactory();
    }
}
