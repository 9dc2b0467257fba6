package io.patchbay.engine.keyvalue;

import io.patchbay.api.kv.KeyValueStore;

/** The right to call the store that serves now, until closed; short, and always closed by who took it. */
final class KeyValueUse implements AutoCloseable {
    private final OpenKeyValueStore open;

    /** @param open in which the use has begun */
    KeyValueUse(OpenKeyValueStore open) {
        this.open = open;
    }

    KeyValueStore store() {
        return open.store();
    }

    /** Unequal after a reopening or an update of the adapter. */
    long storeNumber() {
        return open.number();
    }

    @Override
    public void close() {
        open.uses.end();
    }
}
