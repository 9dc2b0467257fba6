package io.patchbay.store.rocksdb;

import io.patchbay.api.kv.KeyValueStoreFactory;
import io.patchbay.testkit.KeyValueStoreContract;
import io.patchbay.testkit.session.MemoryMetrics;

class RocksKeyValueStoreTest extends KeyValueStoreContract {
    @Override
    protected KeyValueStoreFactory factory() {
        return new RocksKeyValueStoreFactory(new MemoryMetrics());
    }
}
