package io.patchbay.store.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.driver.rocksdb.RocksLibrary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** A closed store's files, as whoever has the disk reads and changes them. */
final class RawDatabase implements AutoCloseable {
    record Row(byte[] key, byte[] value) {}

    private final DBOptions options = new DBOptions();
    private final List<ColumnFamilyHandle> families = new ArrayList<>();
    private final RocksDB rocks;

    RawDatabase(Path directory) throws RocksDBException {
        RocksLibrary.load();
        List<ColumnFamilyDescriptor> names = Stream.of("default", "entries", "values", "expiry")
                .map(name -> new ColumnFamilyDescriptor(name.getBytes(UTF_8)))
                .toList();
        rocks = RocksDB.open(options, directory.toString(), names, families);
    }

    ColumnFamilyHandle meta() {
        return families.get(0);
    }

    ColumnFamilyHandle entries() {
        return families.get(1);
    }

    ColumnFamilyHandle values() {
        return families.get(2);
    }

    ColumnFamilyHandle expiry() {
        return families.get(3);
    }

    List<Row> rows(ColumnFamilyHandle family) {
        List<Row> rows = new ArrayList<>();
        try (RocksIterator all = rocks.newIterator(family)) {
            for (all.seekToFirst(); all.isValid(); all.next()) {
                rows.add(new Row(all.key(), all.value()));
            }
        }
        return rows;
    }

    void put(ColumnFamilyHandle family, byte[] key, byte[] value) throws RocksDBException {
        rocks.put(family, key, value);
    }

    void delete(ColumnFamilyHandle family, byte[] key) throws RocksDBException {
        rocks.delete(family, key);
    }

    /** Out of the log, into tables. */
    void compact() throws RocksDBException {
        for (ColumnFamilyHandle family : families) {
            try (FlushOptions flush = new FlushOptions()) {
                rocks.flush(flush, family);
            }
            rocks.compactRange(family);
        }
    }

    @Override
    public void close() {
        families.forEach(ColumnFamilyHandle::close);
        rocks.close();
        options.close();
    }
}
