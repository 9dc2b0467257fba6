package io.patchbay.benchmarks;

import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentIds;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Totals;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.SortField;
import io.patchbay.engine.keys.NodeKeyring;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * How many documents a store makes durable per second, by the size of the committer's batches, and how fast it then finds them.
 *
 * <p>Arguments: the factory's class, a folder on the disk to measure, the number of documents, and {@code sealed} or {@code plain}. The adapter and what it needs stand on the class path.
 */
public final class StoreWrites {
    private static final long COLLECTION = 1;
    private static final int[] BATCHES = {1, 16, 64, 512};
    private static final int READS = 20_000;
    private static final IndexDefinition INDEX =
            new IndexDefinition(List.of(SortField.parse("country"), SortField.parse("-population")));

    private final DocumentStore store;
    private final Random random = new Random(1);
    private final List<StoredDocument> written = new ArrayList<>();
    private Totals totals = Totals.ZERO;
    private long offset;
    private boolean chosenIds;
    private long longestNanos;

    private StoreWrites(DocumentStore store) {
        this.store = store;
    }

    public static void main(String[] arguments) throws Exception {
        DocumentStoreFactory factory = StoreFactories.open(arguments[0]);
        Path directory = Files.createTempDirectory(Path.of(arguments[1]), "store-writes");
        int documents = Integer.parseInt(arguments[2]);
        boolean sealed = arguments[3].equals("sealed");
        try (DocumentStore store = sealed ? openSealed(factory, directory) : factory.open(directory, Map.of())) {
            store.begin("benchmark", 0);
            new StoreWrites(store).run(factory.adapter() + (sealed ? " sealed" : ""), directory, documents);
        } finally {
            Folders.delete(directory);
        }
    }

    private static DocumentStore openSealed(DocumentStoreFactory factory, Path directory) {
        byte[] master = new byte[32];
        new SecureRandom().nextBytes(master);
        NodeKeyring keyring = NodeKeyring.open(directory.resolve("keys"), master);
        return factory.open(directory, Map.of(), keyring.openSealer(directory));
    }

    private void run(String adapter, Path directory, int documents) throws Exception {
        write(documents / 4, 512);
        for (boolean indexed : new boolean[] {false, true}) {
            store.defineIndexes(COLLECTION, indexed ? List.of(INDEX) : List.of());
            for (int batch : BATCHES) {
                int number = Math.max(256, Math.min(documents, documents * batch / 64));
                long started = System.nanoTime();
                write(number, batch);
                System.out.printf(
                        "%s%s, batches of %d: %,.0f creates/s, longest commit %.0f ms%n",
                        adapter, indexed ? " with an index" : "", batch, number / seconds(started), takeLongest());
            }
        }
        chosenIds = true;
        for (int batch : BATCHES) {
            int number = Math.max(256, Math.min(documents, documents * batch / 64));
            long began = System.nanoTime();
            write(number, batch);
            System.out.printf(
                    "%s with an index, ids in no order, batches of %d: %,.0f creates/s, longest commit %.0f ms%n",
                    adapter, batch, number / seconds(began), takeLongest());
        }
        long started = System.nanoTime();
        update(documents);
        System.out.printf("%s with an index, batches of 512: %,.0f updates/s%n", adapter, documents / seconds(started));
        measure(adapter + " find", () -> store.find(COLLECTION, anyDocument().id()));
        measure(adapter + " indexed page of 50", this::page);
        System.out.printf("%s, %,d documents: %,d MiB on disk%n", adapter, written.size(), bytes(directory) >> 20);
    }

    private void write(int number, int batch) {
        for (int done = 0; done < number; done += batch) {
            List<Mutation> mutations = new ArrayList<>(batch);
            for (int i = 0; i < batch; i++) {
                StoredDocument document = document(newId(), offset + 1 + i);
                written.add(document);
                mutations.add(new Mutation(COLLECTION, document.id(), Optional.empty(), Optional.of(document)));
            }
            commit(mutations);
        }
    }

    /** As the server makes them, each behind the last, or as clients may choose them. */
    private String newId() {
        return chosenIds
                ? new UUID(random.nextLong(), random.nextLong()).toString()
                : DocumentIds.next(System.currentTimeMillis());
    }

    private void update(int number) {
        for (int done = 0; done < number; done += 512) {
            List<Mutation> mutations = new ArrayList<>(512);
            for (int i = 0; i < 512; i++) {
                int place = (done + i) * 7 % written.size();
                StoredDocument before = written.get(place);
                StoredDocument after = document(before.id(), offset + 1 + i);
                written.set(place, after);
                mutations.add(new Mutation(COLLECTION, before.id(), Optional.of(before), Optional.of(after)));
            }
            commit(mutations);
        }
    }

    /** A transaction each, as single writes come. */
    private void commit(List<Mutation> mutations) {
        List<Transaction> transactions = new ArrayList<>(mutations.size());
        for (Mutation mutation : mutations) {
            totals = totals.after(mutation);
            transactions.add(
                    new Transaction(++offset, System.currentTimeMillis(), List.of(mutation), Optional.empty()));
        }
        long began = System.nanoTime();
        store.commit(new CommitBatch(transactions, totals));
        longestNanos = Math.max(longestNanos, System.nanoTime() - began);
    }

    private StoredDocument document(String id, long revision) {
        Value.Struct data = Value.struct(
                "name", Value.of("city-" + random.nextInt(1_000_000)),
                "country", Value.of("C" + random.nextInt(200)),
                "population", Value.of(random.nextInt(10_000_000)),
                "position",
                        Value.struct(
                                "lat", Value.of(random.nextDouble() * 90), "lng", Value.of(random.nextDouble() * 180)),
                "about", Value.of("x".repeat(150)));
        return StoredDocument.of(COLLECTION, id, revision, revision, data);
    }

    private StoredDocument anyDocument() {
        return written.get(random.nextInt(written.size()));
    }

    private void page() {
        Expression country = Expression.Call.of(
                Expression.Function.EQUAL,
                new Expression.Variable("country"),
                new Expression.Literal(Value.of("C" + random.nextInt(200))));
        try (DocumentScan scan = store.query(new StoreQuery(
                COLLECTION, Optional.of(country), List.of(SortField.parse("-population")), Optional.empty(), 50))) {
            for (int i = 0; i < 50 && scan.next() != null; i++) {
                // Reading them is what is measured.
            }
        }
    }

    private static void measure(String what, Runnable call) {
        long[] nanos = new long[READS];
        for (int i = 0; i < READS; i++) {
            long started = System.nanoTime();
            call.run();
            nanos[i] = System.nanoTime() - started;
        }
        Arrays.sort(nanos);
        System.out.printf(
                "%s: median %,.0f us, p99 %,.0f us%n", what, nanos[READS / 2] / 1e3, nanos[READS * 99 / 100] / 1e3);
    }

    /** Milliseconds of the longest commit since the last call. */
    private double takeLongest() {
        double longest = longestNanos / 1e6;
        longestNanos = 0;
        return longest;
    }

    private static double seconds(long started) {
        return (System.nanoTime() - started) / 1e9;
    }

    private static long bytes(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
