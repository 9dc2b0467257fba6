package io.patchbay.store.rocksdb;

import io.patchbay.api.metrics.Metrics;
import java.nio.file.Path;

/** What all stores of this adapter count, and what each shows of itself under the name of its folder. */
final class RocksMeters {
    private static final String STORE = "store";

    final Metrics.Timer commitTime;
    private final Metrics metrics;

    RocksMeters(Metrics metrics) {
        this.metrics = metrics;
        commitTime = metrics.timer(
                "patchbay_rocksdb_commit_seconds", "Time of the commit of a write, its sync to the disk included.");
    }

    /** What one store shows, until it is closed. */
    AutoCloseable show(Path folder, RocksKeyValueStore store) {
        String name = String.valueOf(folder.getFileName());
        return metrics.whenAsked(asked -> show(asked, name, store));
    }

    private static void show(Metrics metrics, String name, RocksKeyValueStore store) {
        metrics.gauge(
                "patchbay_rocksdb_memory_bytes",
                "Native memory that the cache and what was written but is not in a table yet take.",
                store::memoryBytes,
                STORE,
                name);
        metrics.gauge(
                "patchbay_rocksdb_key_memory_bytes",
                "Memory that the keys of a sealed store take.",
                store::keyMemoryBytes,
                STORE,
                name);
        metrics.gauge("patchbay_rocksdb_scans", "Scans that are open.", store::openScans, STORE, name);
    }
}
