package io.patchbay.store.h2;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.testkit.DocumentStoreContract;

class H2DocumentStoreTest extends DocumentStoreContract {
    @Override
    protected DocumentStoreFactory factory() {
        return new H2DocumentStoreFactory();
    }
}
