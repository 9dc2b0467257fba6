package io.patchbay.engine.transfer;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.engine.testing.MemoryStoreFactory;

class MemoryTransfersTest extends TransfersContract {
    @Override
    DocumentStoreFactory factory() {
        return new MemoryStoreFactory();
    }
}
