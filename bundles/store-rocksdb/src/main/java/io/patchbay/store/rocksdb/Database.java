package io.patchbay.store.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.driver.rocksdb.RocksLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractImmutableNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database of a store, with its column families, opened as decided. All of it is native memory: whoever calls has passed the store's {@link Gate}.
 *
 * <p>The log is read back in the mode that tolerates a torn record at its end alone. Such a record was never acknowledged, for acknowledging waits for the sync. RocksDB's default would take any damage for the end and drop what follows, acknowledged or not,
 * without a word; here damage before the end is a failure to open, which says so. {@link LogCheck} sees to what that mode takes for the one or the other by mistake.
 */
final class Database {
    /** The data of one commit or more may wait in memory for this much of the log, which is read back at an opening. */
    private static final long LOG_BYTES = 128L << 20;

    private static final int OPEN_FILES = 512;
    private static final int FILTER_BITS_PER_KEY = 10;
    private static final int INFO_LOGS = 3;
    private static final long INFO_LOG_BYTES = 1 << 20;
    private static final int MIB = 1 << 20;
    /** What RocksDB says of its file LOCK if somebody else holds it. */
    private static final Pattern LOCKED = Pattern.compile("lock .*[/\\\\]LOCK\\b");

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private static final List<String> FAMILIES = List.of("default", "entries", "values", "expiry");

    // In the order of their making; freed in the other.
    private final Deque<AbstractImmutableNativeReference> owned = new ArrayDeque<>();
    private final Cache cache;
    private final RocksDB rocks;
    private final ReadOptions reading;
    private final WriteOptions synced;
    final ColumnFamilyHandle meta;
    /** The records, by bucket and name. */
    final ColumnFamilyHandle entries;
    /** The values that stand apart from their records, by the same. */
    final ColumnFamilyHandle values;
    /** Nothing, by time, bucket and name. */
    final ColumnFamilyHandle expiry;

    private Database(String path, RocksConfig config, boolean compress) throws RocksDBException {
        try {
            long cacheBytes = (long) config.cacheMiB() * MIB;
            this.cache = own(new LRUCache(cacheBytes));
            // What is written counts as part of the cache, so that one number bounds both.
            WriteBufferManager writing = own(new WriteBufferManager(cacheBytes / 2, cache));
            DBOptions options = own(new DBOptions())
                    .setCreateIfMissing(true)
                    .setCreateMissingColumnFamilies(true)
                    .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                    .setMaxTotalWalSize(LOG_BYTES)
                    .setWriteBufferManager(writing)
                    .setMaxOpenFiles(OPEN_FILES)
                    .setKeepLogFileNum(INFO_LOGS)
                    .setMaxLogFileSize(INFO_LOG_BYTES)
                    .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                    .setStatsDumpPeriodSec(0)
                    .setStatsPersistPeriodSec(0);
            ColumnFamilyOptions family = own(new ColumnFamilyOptions())
                    .setCompressionType(compress ? CompressionType.LZ4_COMPRESSION : CompressionType.NO_COMPRESSION)
                    .setWriteBufferSize(cacheBytes / 8)
                    .setTableFormatConfig(new BlockBasedTableConfig()
                            .setBlockCache(cache)
                            .setCacheIndexAndFilterBlocks(true)
                            .setPinL0FilterAndIndexBlocksInCache(true)
                            .setFilterPolicy(own(new BloomFilter(FILTER_BITS_PER_KEY))));
            this.reading = own(new ReadOptions());
            this.synced = own(new WriteOptions()).setSync(true);
            List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
            for (String name : FAMILIES) {
                descriptors.add(new ColumnFamilyDescriptor(name.getBytes(UTF_8), family));
            }
            List<ColumnFamilyHandle> handles = new ArrayList<>();
            this.rocks = own(RocksDB.open(options, path, descriptors, handles));
            handles.forEach(this::own);
            this.meta = handles.get(0);
            this.entries = handles.get(1);
            this.values = handles.get(2);
            this.expiry = handles.get(3);
        } catch (RocksDBException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * @param compress of no use for what is encrypted
     * @throws PatchbayException STORE_UNAVAILABLE if it is open elsewhere, no database of ours, or damaged
     */
    static Database open(Path directory, RocksConfig config, boolean compress) {
        try {
            RocksLibrary.load();
            // RocksDB tells databases of one process apart by their paths alone, and a lock of the system's does not
            // hold against the process itself.
            String path = directory.toRealPath().toString();
            requireOurs(directory, path);
            Optional<LogCheck.Torn> torn = LogCheck.check(directory);
            return torn.isPresent()
                    ? openTorn(directory, path, config, compress, torn.get())
                    : new Database(path, config, compress);
        } catch (RocksDBException e) {
            if (LOCKED.matcher(String.valueOf(e.getMessage())).find()) {
                throw elsewhere(directory);
            }
            throw Gate.failure(directory, e);
        } catch (IOException | UncheckedIOException | UnsatisfiedLinkError e) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The store in " + directory + " can't be opened: " + e.getMessage() + ".",
                    e);
        }
    }

    /**
     * RocksDB takes most ends that are torn for what they are. Where it does not, the end is cut off, by one process at a time, and by none while another has the store open: what it writes just now looks torn.
     */
    private static Database openTorn(
            Path directory, String path, RocksConfig config, boolean compress, LogCheck.Torn torn)
            throws RocksDBException, IOException {
        try {
            return new Database(path, config, compress);
        } catch (RocksDBException e) {
            if (e.getStatus() == null || e.getStatus().getCode() != Status.Code.Corruption) {
                throw e;
            }
        }
        try (FileChannel channel = FileChannel.open(
                        directory.resolve("repair.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null || !LogCheck.check(directory).equals(Optional.of(torn))) {
                throw elsewhere(directory);
            }
            LOG.warn(
                    "The log {} ends in a write that a power loss has torn and that was never acknowledged; it is cut off behind byte {}",
                    torn.log(),
                    torn.whole());
            torn.cut();
            return new Database(path, config, compress);
        } catch (OverlappingFileLockException e) {
            throw elsewhere(directory);
        }
    }

    private static PatchbayException elsewhere(Path directory) {
        return new PatchbayException(
                ErrorCode.STORE_UNAVAILABLE,
                "The store in " + directory + " is open elsewhere; stop the other node first.");
    }

    /** Before anything is written, for a family that is missing would be made. */
    private static void requireOurs(Path directory, String path) throws RocksDBException {
        if (!Files.exists(directory.resolve("CURRENT"))) {
            return;
        }
        try (Options options = new Options()) {
            List<byte[]> names = RocksDB.listColumnFamilies(options, path);
            for (byte[] name : names) {
                if (!FAMILIES.contains(new String(name, UTF_8))) {
                    throw foreign(directory);
                }
            }
            // Ours, if it was broken off while it was made; then nothing is in it yet.
            if (names.size() < FAMILIES.size() && holdsAnything(options, path)) {
                throw foreign(directory);
            }
        }
    }

    private static boolean holdsAnything(Options options, String path) throws RocksDBException {
        try (RocksDB rocks = RocksDB.openReadOnly(options, path);
                RocksIterator rows = rocks.newIterator()) {
            rows.seekToFirst();
            return rows.isValid();
        }
    }

    static PatchbayException foreign(Path directory) {
        return new PatchbayException(
                ErrorCode.STORE_UNAVAILABLE,
                "What is in " + directory + " is a RocksDB database, but none of Patchbay's; move it away.");
    }

    private <T extends AbstractImmutableNativeReference> T own(T reference) {
        owned.push(reference);
        return reference;
    }

    byte @Nullable [] get(ColumnFamilyHandle family, byte[] key) throws RocksDBException {
        return rocks.get(family, reading, key);
    }

    byte @Nullable [] get(ColumnFamilyHandle family, View view, byte[] key) throws RocksDBException {
        return rocks.get(family, view.reading(), key);
    }

    /** Of the record at a place, however large it is; null if there is none. */
    @Nullable
    Header findHeader(byte[] at) throws RocksDBException {
        byte[] start = new byte[Header.BYTES];
        int length = rocks.get(entries, reading, at, start);
        if (length == RocksDB.NOT_FOUND) {
            return null;
        }
        Header header = length < Header.BYTES ? null : Header.read(ByteBuffer.wrap(start));
        if (header == null) {
            throw Records.damaged(Place.bucketOf(at));
        }
        return header;
    }

    /** The caller closes it. */
    RocksIterator iterate(ColumnFamilyHandle family) {
        return rocks.newIterator(family, reading);
    }

    RocksIterator iterate(ColumnFamilyHandle family, View view) {
        return rocks.newIterator(family, view.reading());
    }

    /** The caller closes it. */
    View view() {
        return new View(rocks);
    }

    View view(byte[] end) {
        return new View(rocks, end);
    }

    /** Survives a power loss when this returns. One at a time: {@link LogCheck} relies on no more than one write that was not acknowledged. */
    void write(WriteBatch batch) throws RocksDBException {
        rocks.write(synced, batch);
    }

    /** Of the cache, in which what was written counts as well. */
    long memoryBytes() {
        return cache.getUsage();
    }

    void close() {
        for (AbstractImmutableNativeReference reference : owned) {
            reference.close();
        }
        owned.clear();
    }
}
