package io.patchbay.engine.keyvalue;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueBatch;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueKey;
import io.patchbay.api.kv.KeyValueLoad;
import io.patchbay.api.kv.KeyValueRange;
import io.patchbay.api.kv.KeyValueScan;
import io.patchbay.api.kv.KeyValueState;
import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.api.plugin.Lease;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A store that tells its adapter's lease of each call that failed through the adapter's own fault, so that an update which breaks it is rolled back. Changes nothing else. */
final class ReportingKeyValueStore implements KeyValueStore {
    private final KeyValueStore store;
    private final Lease<?> lease;

    ReportingKeyValueStore(KeyValueStore store, Lease<?> lease) {
        this.store = store;
        this.lease = lease;
    }

    private <T> T ask(Supplier<T> question) {
        try {
            return question.get();
        } catch (PatchbayException told) {
            throw told;
        } catch (RuntimeException | Error e) {
            lease.failed(e);
            throw e;
        }
    }

    private void tell(Runnable order) {
        ask(() -> {
            order.run();
            return true;
        });
    }

    @Override
    public KeyValueState state() {
        return ask(store::state);
    }

    @Override
    public void begin(String epoch, long lastRevision) {
        tell(() -> store.begin(epoch, lastRevision));
    }

    @Override
    public void commit(KeyValueBatch batch) {
        tell(() -> store.commit(batch));
    }

    @Override
    public Optional<KeyValueEntry> find(long bucket, String key) {
        return ask(() -> store.find(bucket, key));
    }

    @Override
    public KeyValueScan scan(long bucket, KeyValueRange range) {
        return ask(() -> store.scan(bucket, range));
    }

    @Override
    public List<KeyValueKey> findExpired(long nowMs, int limit) {
        return ask(() -> store.findExpired(nowMs, limit));
    }

    @Override
    public void defineBucket(long bucket, boolean plainKeys) {
        tell(() -> store.defineBucket(bucket, plainKeys));
    }

    @Override
    public void dropBucket(long bucket) {
        tell(() -> store.dropBucket(bucket));
    }

    @Override
    public List<KeyValueLoad> scanAll(Optional<KeyValueKey> after, int limit) {
        return ask(() -> store.scanAll(after, limit));
    }

    @Override
    public void load(List<KeyValueLoad> entries) {
        tell(() -> store.load(entries));
    }

    @Override
    public void finishLoad(String epoch, long lastRevision) {
        tell(() -> store.finishLoad(epoch, lastRevision));
    }

    @Override
    public Optional<String> findFault() {
        return ask(store::findFault);
    }

    @Override
    public void close() {
        tell(store::close);
    }
}
