package io.patchbay.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.kv.KeyValueBatch;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueMutation;
import io.patchbay.api.kv.KeyValueRange;
import io.patchbay.api.kv.KeyValueScan;
import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.api.kv.KeyValueStoreFactory;
import io.patchbay.engine.keys.NodeKeyring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * How many keys the key-value store makes durable per second, in clear and encrypted, beside bare RocksDB with the same batches, in turns; then how fast it finds and lists them, and what they take on the disk.
 *
 * <p>Arguments: a folder on the disk to measure, the number of keys, the number of rounds.
 */
public final class KeyValueWrites {
    private static final String FACTORY = "io.patchbay.store.rocksdb.RocksKeyValueStoreFactory";
    private static final long BUCKET = 1;
    /** As many clients as wait for one sync. */
    private static final int[] BATCHES = {1, 16, 64, 512};

    private static final int VALUE_BYTES = 200;
    private static final int READS = 20_000;

    private final Random random = new Random(1);
    private final int keys;

    /** What is measured. */
    private interface Subject extends AutoCloseable {
        String name();

        /** Durable when it returns. */
        void write(List<String> keys, byte[] value) throws RocksDBException;

        void find(String key) throws RocksDBException;

        /** At most a hundred, from the key on. */
        void list(String from) throws RocksDBException;

        @Override
        void close();
    }

    private KeyValueWrites(int keys) {
        this.keys = keys;
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        KeyValueStoreFactory factory = StoreFactories.openKeyValue(FACTORY);
        Figures.printMachine();
        for (int round = 1; round <= Integer.parseInt(arguments[2]); round++) {
            KeyValueWrites writes = new KeyValueWrites(Integer.parseInt(arguments[1]));
            for (String kind : List.of("store in clear", "store encrypted", "bare RocksDB")) {
                Path directory = Files.createTempDirectory(folder, "kv-writes");
                try (Subject subject = open(kind, factory, directory)) {
                    writes.run(subject, directory);
                } finally {
                    Folders.delete(directory);
                }
            }
        }
    }

    private static Subject open(String kind, KeyValueStoreFactory factory, Path directory) throws RocksDBException {
        if (kind.startsWith("bare")) {
            return new Bare(directory);
        }
        if (kind.endsWith("clear")) {
            return new Store(kind, factory.open(directory, Map.of()));
        }
        byte[] master = new byte[32];
        new SecureRandom().nextBytes(master);
        NodeKeyring keyring = NodeKeyring.open(directory.resolve("keys"), master);
        return new Store(kind, factory.open(directory, Map.of(), keyring.openSealer(directory)));
    }

    private void run(Subject subject, Path directory) throws RocksDBException, IOException {
        byte[] value = new byte[VALUE_BYTES];
        List<String> written = new ArrayList<>();
        write(subject, written, value, keys / 4, 512);
        for (int batch : BATCHES) {
            int number = Math.max(512, Math.min(keys, keys * batch / 64));
            List<Long> nanos = write(subject, written, value, number, batch);
            long sum = nanos.stream().mapToLong(Long::longValue).sum();
            System.out.printf(
                    "%s, batches of %d: %,.0f/s, a batch p50 %.2f ms, p99 %.2f ms, p999 %.2f ms%n",
                    subject.name(), batch, number * 1e9 / sum, ms(nanos, 0.5), ms(nanos, 0.99), ms(nanos, 0.999));
        }
        List<Long> finds = new ArrayList<>();
        List<Long> lists = new ArrayList<>();
        for (int i = 0; i < READS; i++) {
            String key = written.get(random.nextInt(written.size()));
            long began = System.nanoTime();
            subject.find(key);
            finds.add(System.nanoTime() - began);
            if (i % 20 == 0) {
                began = System.nanoTime();
                subject.list(key);
                lists.add(System.nanoTime() - began);
            }
        }
        System.out.printf(
                "%s, %,d keys: find p50 %.0f us, p99 %.0f us; list of 100 p50 %.0f us, p99 %.0f us; %,d MiB on disk%n",
                subject.name(),
                written.size(),
                1000 * ms(finds, 0.5),
                1000 * ms(finds, 0.99),
                1000 * ms(lists, 0.5),
                1000 * ms(lists, 0.99),
                bytes(directory) >> 20);
    }

    private List<Long> write(Subject subject, List<String> written, byte[] value, int number, int batch)
            throws RocksDBException {
        List<Long> nanos = new ArrayList<>();
        for (int done = 0; done < number; done += batch) {
            List<String> next = new ArrayList<>(batch);
            for (int i = 0; i < batch; i++) {
                next.add("device/" + Integer.toHexString(random.nextInt()) + "/" + written.size() + "/" + i);
            }
            random.nextBytes(value);
            long began = System.nanoTime();
            subject.write(next, value);
            nanos.add(System.nanoTime() - began);
            written.addAll(next);
        }
        return nanos;
    }

    private static double ms(List<Long> nanos, double part) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted[(int) Math.min(sorted.length - 1, sorted.length * part)] / 1e6;
    }

    private static long bytes(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.mapToLong(
                            file -> file.toFile().isFile() ? file.toFile().length() : 0)
                    .sum();
        }
    }

    private static final class Bare implements Subject {
        private final Options options = new Options().setCreateIfMissing(true);
        private final WriteOptions durable = new WriteOptions().setSync(true);
        private final RocksDB database;

        Bare(Path directory) throws RocksDBException {
            database = RocksDB.open(options, directory.toString());
        }

        @Override
        public String name() {
            return "bare RocksDB";
        }

        @Override
        public void write(List<String> keys, byte[] value) throws RocksDBException {
            try (WriteBatch batch = new WriteBatch()) {
                for (String key : keys) {
                    batch.put(key.getBytes(UTF_8), value);
                }
                database.write(durable, batch);
            }
        }

        @Override
        public void find(String key) throws RocksDBException {
            require(database.get(key.getBytes(UTF_8)) != null);
        }

        @Override
        public void list(String from) {
            try (var rows = database.newIterator()) {
                rows.seek(from.getBytes(UTF_8));
                for (int i = 0; i < 100 && rows.isValid(); i++) {
                    require(rows.value().length == VALUE_BYTES);
                    rows.next();
                }
            }
        }

        @Override
        public void close() {
            database.close();
            durable.close();
            options.close();
        }
    }

    private static final class Store implements Subject {
        private final String name;
        private final KeyValueStore store;
        private long revision;

        Store(String name, KeyValueStore store) {
            this.name = name;
            this.store = store;
            store.begin("benchmark", 0);
            store.defineBucket(BUCKET, false);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void write(List<String> keys, byte[] value) {
            List<KeyValueMutation> mutations = new ArrayList<>(keys.size());
            byte[] copy = Arrays.copyOf(value, value.length);
            for (String key : keys) {
                KeyValueEntry entry = new KeyValueEntry(key, ++revision, 1, 0, "application/octet-stream", copy);
                mutations.add(new KeyValueMutation(BUCKET, key, Optional.of(entry)));
            }
            store.commit(new KeyValueBatch(mutations, revision));
        }

        @Override
        public void find(String key) {
            require(store.find(BUCKET, key).isPresent());
        }

        @Override
        public void list(String from) {
            try (KeyValueScan scan = store.scan(BUCKET, new KeyValueRange(from.getBytes(UTF_8), new byte[0]))) {
                for (int i = 0; i < 100 && scan.next() != null; i++) {
                    // Each is read and, where it is encrypted, opened.
                }
            }
        }

        @Override
        public void close() {
            store.close();
        }
    }

    private static void require(boolean right) {
        if (!right) {
            throw new IllegalStateException("a key is not there");
        }
    }
}
