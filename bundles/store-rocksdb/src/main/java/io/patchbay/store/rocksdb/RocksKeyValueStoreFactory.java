package io.patchbay.store.rocksdb;

import io.patchbay.api.crypto.Sealer;
import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.api.kv.KeyValueStoreFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Offers RocksDB as key-value store {@code rocksdb}. */
@Component(service = KeyValueStoreFactory.class, property = "patchbay.name=rocksdb")
public final class RocksKeyValueStoreFactory implements KeyValueStoreFactory {
    private final Set<RocksKeyValueStore> open = ConcurrentHashMap.newKeySet();

    @Override
    public String adapter() {
        return "rocksdb";
    }

    @Override
    public KeyValueStore open(Path directory, Map<String, String> settings) {
        return open(directory, settings, new PlainRecords());
    }

    @Override
    public boolean seals() {
        return true;
    }

    @Override
    public KeyValueStore open(Path directory, Map<String, String> settings, Sealer sealer) {
        return open(directory, settings, new SealedRecords(sealer));
    }

    private KeyValueStore open(Path directory, Map<String, String> settings, Records records) {
        RocksKeyValueStore store =
                RocksKeyValueStore.open(directory, RocksConfig.parse(settings), records, open::remove);
        open.add(store);
        return store;
    }

    /** Closes what its users have left open: no thread of a stopped bundle may stay. */
    @Deactivate
    void stop() {
        open.forEach(RocksKeyValueStore::close);
    }
}
