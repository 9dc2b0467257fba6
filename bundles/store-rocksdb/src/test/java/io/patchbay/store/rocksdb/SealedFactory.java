package io.patchbay.store.rocksdb;

import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.api.kv.KeyValueStoreFactory;
import io.patchbay.testkit.TestSealer;
import io.patchbay.testkit.session.MemoryMetrics;
import java.nio.file.Path;
import java.util.Map;

/** Opens every store sealed. */
final class SealedFactory implements KeyValueStoreFactory {
    private final RocksKeyValueStoreFactory factory = new RocksKeyValueStoreFactory(new MemoryMetrics());

    @Override
    public String adapter() {
        return factory.adapter();
    }

    @Override
    public KeyValueStore open(Path directory, Map<String, String> settings) {
        return factory.open(directory, settings, TestSealer.open(directory));
    }
}
