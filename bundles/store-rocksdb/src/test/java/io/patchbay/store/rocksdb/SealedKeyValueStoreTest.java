package io.patchbay.store.rocksdb;

import io.patchbay.api.kv.KeyValueStoreFactory;
import io.patchbay.testkit.KeyValueStoreContract;

/** With keys sealed in two buckets and in clear in one. */
class SealedKeyValueStoreTest extends KeyValueStoreContract {
    @Override
    protected KeyValueStoreFactory factory() {
        return new SealedFactory();
    }

    @Override
    protected boolean plainKeys(long bucket) {
        return bucket == 3;
    }
}
