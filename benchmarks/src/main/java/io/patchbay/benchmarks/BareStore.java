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
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    /** What {@link #load} takes; encoded here, so that loading is the store's work alone. */
    static List<StoredDocument> encode(List<Value.Struct> data) {
        List<StoredDocument> documents = new ArrayList<>(data.size());
        for (Value.Struct one : data) {
            long nowMs = System.currentTimeMillis();
            documents.add(StoredDocument.of(COLLECTION, DocumentIds.next(nowMs), 1, nowMs, one));
        }
        return documents;
    }

    /** Creates {@code documents}, so many to a transaction, each transaction synced. */
    void load(List<StoredDocument> documents, int perTransaction) {
        for (int from = 0; from < documents.size(); from += perTransaction) {
            List<Mutation> mutations = new ArrayList<>(perTransaction);
            for (StoredDocument one : documents.subList(from, Math.min(documents.size(), from + perTransaction))) {
                Mutation mutation = new Mutation(COLLECTION, one.id(), Optional.empty(), Optional.of(one));
                mutations.add(mutation);
                totals = totals.after(mutation);
            }
            store.commit(new CommitBatch(
                    List.of(new Transaction(++offset, System.currentTimeMillis(), mutations, Optional.empty())),
                    totals));
        }
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
        Folders.delete(directory);
    }
}
