package io.patchbay.engine.store;

import io.patchbay.api.document.DocumentStore;

/** The right to call the store that serves now, until closed; short, and always closed by who took it. */
public final class StoreUse implements AutoCloseable {
    private final OpenStore open;

    StoreUse(OpenStore open) {
        this.open = open;
    }

    public DocumentStore store() {
        return open.store();
    }

    /** Unequal after a swap, a reopening or an update of the adapter. */
    public long storeNumber() {
        return open.number();
    }

    @Override
    public void close() {
        open.endUse();
    }
}
