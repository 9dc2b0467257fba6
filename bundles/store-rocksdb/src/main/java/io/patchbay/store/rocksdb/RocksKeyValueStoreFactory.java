package io.patchbay.store.rocksdb;

import io.patchbay.api.crypto.Sealer;
import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.api.kv.KeyValueStoreFactory;
import io.patchbay.api.metrics.Metrics;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Offers RocksDB as key-value store {@code rocksdb}. */
@Component(service = KeyValueStoreFactory.class, property = "patchbay.name=rocksdb")
public final class RocksKeyValueStoreFactory implements KeyValueStoreFactory {
    private final Set<RocksKeyValueStore> open = ConcurrentHashMap.newKeySet();

    private final RocksMeters meters;

    @Activate
    public RocksKeyValueStoreFactory(@Reference Metrics metrics) {
        this.meters = new RocksMeters(metrics);
    }

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
                RocksKeyValueStore.open(directory, RocksConfig.parse(settings), records, meters, open::remove);
        open.add(store);
        return store;
    }

    /** Closes what its users have left open: no thread of a stopped bundle may stay. */
    @Deactivate
    void stop() {
        open.forEach(RocksKeyValueStore::close);
    }
}
