package io.patchbay.store.sqlite;

import io.patchbay.api.metrics.Metrics;
import java.nio.file.Path;

/** What all stores of this adapter count, and what each shows of itself under the name of its folder. */
final class SqliteMeters {
    private static final String STORE = "store";

    final Metrics.Timer commitTime;
    final Metrics.Timer checkpointTime;
    final Metrics.Timer checkpointHoldTime;
    final Metrics.Counter readerTimeouts;
    final Metrics.Counter indexSteps;
    private final Metrics metrics;

    SqliteMeters(Metrics metrics) {
        this.metrics = metrics;
        commitTime = metrics.timer(
                "patchbay_sqlite_commit_seconds", "Time of the commit of a write, its sync to the disk included.");
        checkpointTime = metrics.timer(
                "patchbay_sqlite_checkpoint_seconds", "Time to carry the write-ahead log over into the file.");
        checkpointHoldTime = metrics.timer(
                "patchbay_sqlite_checkpoint_hold_seconds", "The part of that time for which writers were held.");
        readerTimeouts = metrics.counter(
                "patchbay_sqlite_reader_timeouts_total", "Reads refused because no connection became free in time.");
        indexSteps = metrics.counter(
                "patchbay_sqlite_index_steps_total", "Steps of building and dropping indexes, beside the writes.");
    }

    /** What one store shows, until it is closed. */
    AutoCloseable show(Path folder, SqliteDocumentStore store) {
        String name = String.valueOf(folder.getFileName());
        return metrics.whenAsked(asked -> show(asked, name, store));
    }

    private static void show(Metrics metrics, String name, SqliteDocumentStore store) {
        metrics.gauge("patchbay_sqlite_file_bytes", "Size of the file.", store::fileBytes, STORE, name);
        metrics.gauge("patchbay_sqlite_wal_bytes", "Size of the write-ahead log.", store::logBytes, STORE, name);
        metrics.gauge("patchbay_sqlite_readers", "Reads that can run at a time.", store::readers, STORE, name);
        metrics.gauge("patchbay_sqlite_readers_busy", "Reads that run.", store::readersBusy, STORE, name);
        metrics.gauge("patchbay_sqlite_readers_waiting", "Reads that wait.", store::readersWaiting, STORE, name);
        metrics.gauge(
                "patchbay_sqlite_index_builders",
                "Threads that build or drop indexes now.",
                store::building,
                STORE,
                name);
        metrics.gauge(
                "patchbay_sqlite_index_memory_bytes",
                "Memory that the indexes of a sealed store take.",
                store::indexMemoryBytes,
                STORE,
                name);
    }
}
