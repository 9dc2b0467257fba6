package io.patchbay.store.rocksdb;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/** One moment of the database, for reads that must fit each other. */
final class View implements AutoCloseable {
    private final RocksDB rocks;
    private final Snapshot snapshot;
    private final ReadOptions reading;
    // RocksDB keeps only a reference to it.
    private final @Nullable Slice end;

    View(RocksDB rocks) {
        this(rocks, null);
    }

    /** @param end where iterating ends */
    View(RocksDB rocks, byte @Nullable [] end) {
        this.rocks = rocks;
        this.snapshot = rocks.getSnapshot();
        this.reading = new ReadOptions().setSnapshot(snapshot);
        if (end == null) {
            this.end = null;
        } else {
            this.end = new Slice(end);
            reading.setIterateUpperBound(this.end);
        }
    }

    ReadOptions reading() {
        return reading;
    }

    @Override
    public void close() {
        reading.close();
        if (end != null) {
            end.close();
        }
        rocks.releaseSnapshot(snapshot);
    }
}
