package io.patchbay.engine.keyvalue;

import static io.patchbay.engine.testing.TestPlane.get;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.kv.BucketDefinition;
import io.patchbay.api.kv.KeyValueCommit;
import io.patchbay.api.kv.KeyValueListRequest;
import io.patchbay.api.kv.KeyValueOperation;
import io.patchbay.api.kv.KeyValueStoreFactory;
import io.patchbay.engine.metrics.MeterRegistry;
import io.patchbay.engine.metrics.NodeMetrics;
import io.patchbay.engine.store.StoreSealing;
import io.patchbay.engine.testing.MemoryKeyValueStore;
import io.patchbay.engine.testing.PluggedProviders;
import io.patchbay.engine.testing.TestClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys and values of a node over a store in memory, with a clock that the test moves. */
final class TestKeyValues implements AutoCloseable {
    static final Identity ADMIN = Identity.SYSTEM;

    final TestClock clock = new TestClock();
    final PluggedProviders providers = new PluggedProviders();
    final MemoryKeyValueStore.Factory factory;
    final KeyValuePlane plane;

    TestKeyValues(Path folder) {
        this(folder, new MemoryKeyValueStore.Factory());
    }

    TestKeyValues(Path folder, MemoryKeyValueStore.Factory factory) {
        this.factory = factory;
        providers.plug(KeyValueStoreFactory.class, "rocksdb", factory);
        plane = new KeyValuePlane(
                providers,
                new NodeMetrics(new MeterRegistry()),
                folder.resolve("data"),
                "rocksdb",
                StoreSealing.NONE,
                clock);
    }

    /** With a bucket {@code b}, for admins alone. */
    static TestKeyValues withBucket(Path folder) {
        TestKeyValues made = new TestKeyValues(folder);
        made.define("b", Map.of());
        return made;
    }

    void define(String bucket, Map<String, String> rules) {
        get(plane.define(ADMIN, new BucketDefinition(bucket, false, rules)));
    }

    KeyValueCommit commit(KeyValueOperation... operations) {
        return get(plane.commit(ADMIN, "b", List.of(operations)));
    }

    String text(String key) {
        return new String(get(plane.get(ADMIN, "b", key)).value(), StandardCharsets.UTF_8);
    }

    List<String> keys(String prefix) {
        return get(plane.list(ADMIN, listing(prefix, 1000))).items().stream()
                .map(item -> item.key())
                .toList();
    }

    static KeyValueListRequest listing(String prefix, int limit) {
        return new KeyValueListRequest("b", prefix, Optional.empty(), Optional.empty(), limit, Optional.empty(), false);
    }

    static KeyValueOperation.Put put(String key, String value) {
        return put(key, value, Precondition.ANY);
    }

    static KeyValueOperation.Put put(String key, String value, Precondition precondition) {
        return new KeyValueOperation.Put(
                key, "text/plain", value.getBytes(StandardCharsets.UTF_8), Optional.empty(), precondition);
    }

    KeyValueOperation.Put expiring(String key, String value, Duration ttl) {
        return new KeyValueOperation.Put(
                key,
                "text/plain",
                value.getBytes(StandardCharsets.UTF_8),
                Optional.of(clock.instant().plus(ttl)),
                Precondition.ANY);
    }

    static KeyValueOperation.Delete delete(String key) {
        return new KeyValueOperation.Delete(key, Precondition.ANY);
    }

    @Override
    public void close() {
        plane.close();
    }
}
