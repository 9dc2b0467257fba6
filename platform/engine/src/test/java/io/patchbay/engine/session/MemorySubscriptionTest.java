package io.patchbay.engine.session;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.engine.testing.MemoryStoreFactory;

class MemorySubscriptionTest extends SubscriptionContract {
    private final MemoryStoreFactory factory = new MemoryStoreFactory();

    @Override
    DocumentStoreFactory factory() {
        return factory;
    }

    @Override
    DocumentStoreFactory restartedFactory() {
        return factory.nextVersion();
    }
}
