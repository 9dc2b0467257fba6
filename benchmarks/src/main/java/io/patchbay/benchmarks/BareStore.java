package io.patchbay.benchmarks;

import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentIds;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Totals;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The other reference of durable writes: the store that a node uses by default, called directly by one thread, without a node, a network or a caller who waits. */
final class BareStore implements AutoCloseable {
    private static final String FACTORY = "io.patchbay.store.sqlite.SqliteDocumentStoreFactory";
    private static final long COLLECTION = 1;

    private final Path directory = Files.createTempDirectory("patchbay-bench");
    private final DocumentStore store;
    private Totals totals = Totals.ZERO;
    private long offset;

    BareStore() throws IOException, ReflectiveOperationException {
        DocumentStoreFactory factory = StoreFactories.open(FACTORY);
        store = factory.open(directory, Map.of());
        store.begin("benchmark", 0);
    }

    /** CPU time of this process so far. */
    static double cpuSeconds() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toNanos()
                / 1e9;
    }

    /** Creates documents with {@code data}, a transaction each, so many to a sync; each is charged with the whole time of its batch. */
    LoadClient.Run create(Duration time, int batch, Value.Struct data) {
        List<Long> batchNanos = new ArrayList<>();
        long began = System.nanoTime();
        long end = began + time.toNanos();
        for (long now = began; now < end; ) {
            store.commit(batch(batch, data));
            long after = System.nanoTime();
            batchNanos.add(after - now);
            now = after;
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long[] nanos = new long[batchNanos.size() * batch];
        for (int i = 0; i < batchNanos.size(); i++) {
            Arrays.fill(nanos, i * batch, (i + 1) * batch, batchNanos.get(i));
        }
        Arrays.sort(nanos);
        return new LoadClient.Run(nanos.length / seconds, 0, nanos);
    }

    private CommitBatch batch(int size, Value.Struct data) {
        List<Transaction> transactions = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            long nowMs = System.currentTimeMillis();
            String id = DocumentIds.next(nowMs);
            StoredDocument document = StoredDocument.of(COLLECTION, id, ++offset, nowMs, data);
            Mutation mutation = new Mutation(COLLECTION, id, Optional.empty(), Optional.of(document));
            totals = totals.after(mutation);
            transactions.add(new Transaction(offset, nowMs, List.of(mutation), Optional.empty()));
        }
        return new CommitBatch(transactions, totals);
    }

    @Override
    public void close() throws IOException {
        store.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
