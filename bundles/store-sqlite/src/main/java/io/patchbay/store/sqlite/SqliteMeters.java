package io.patchbay.store.sqlite;

import io.patchbay.api.metrics.Metrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/** What all stores of this adapter count, and what each shows of itself under the name of its folder. */
final class SqliteMeters {
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
        List<AutoCloseable> gauges = new ArrayList<>();
        gauges.add(gauge("patchbay_sqlite_file_bytes", "Size of the file.", store::fileBytes, name));
        gauges.add(gauge("patchbay_sqlite_wal_bytes", "Size of the write-ahead log.", store::logBytes, name));
        gauges.add(gauge("patchbay_sqlite_readers", "Reads that can run at a time.", store::readers, name));
        gauges.add(gauge("patchbay_sqlite_readers_busy", "Reads that run.", store::readersBusy, name));
        gauges.add(gauge("patchbay_sqlite_readers_waiting", "Reads that wait.", store::readersWaiting, name));
        gauges.add(gauge(
                "patchbay_sqlite_index_builders", "Threads that build or drop indexes now.", store::building, name));
        return () -> {
            for (AutoCloseable gauge : gauges) {
                gauge.close();
            }
        };
    }

    private AutoCloseable gauge(String name, String help, DoubleSupplier value, String store) {
        return metrics.gauge(name, help, value, "store", store);
    }
}
