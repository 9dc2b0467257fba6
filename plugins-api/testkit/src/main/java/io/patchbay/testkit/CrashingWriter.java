package io.patchbay.testkit;

import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.Outcome;
import io.patchbay.api.query.SortField;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A process that writes into a store until it is killed, saying on its standard output through which offset {@code commit} has returned. What it writes follows from a seed, so
 * whoever killed it knows what must be there.
 */
public final class CrashingWriter {
    static final String EPOCH = "crash";
    static final long COLLECTION = 7;
    static final IndexDefinition INDEX = new IndexDefinition(List.of(SortField.parse("a"), SortField.parse("-b")));

    private CrashingWriter() {}

    /** Starts the process. */
    static Process start(Class<? extends DocumentStoreContract> contract, Path directory, long seed)
            throws IOException {
        String java = ProcessHandle.current().info().command().orElse("java");
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(
                        java,
                        "-Xmx256m",
                        "-cp",
                        classPath,
                        CrashingWriter.class.getName(),
                        contract.getName(),
                        directory.toString(),
                        Long.toString(seed))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** @param arguments the contract's class, the directory, the seed */
    public static void main(String[] arguments) throws Exception {
        // What is acknowledged alone: an adapter may log.
        PrintStream acknowledged = System.out;
        System.setOut(System.err);
        Constructor<?> constructor = Class.forName(arguments[0]).getDeclaredConstructor();
        constructor.setAccessible(true);
        DocumentStoreContract contract = (DocumentStoreContract) constructor.newInstance();
        endWithParent();
        DocumentStore store = contract.factory().open(Path.of(arguments[1]), Map.of());
        Batches batches = new Batches(Long.parseLong(arguments[2]));
        while (batches.model().state().lastOffset() < store.state().lastOffset()) {
            batches.next();
        }
        if (store.state().epoch().isEmpty()) {
            store.begin(EPOCH, 0);
        }
        Thread indexing = new Thread(() -> defineAndDrop(store));
        indexing.setDaemon(true);
        indexing.start();
        while (true) {
            store.commit(batches.next());
            acknowledged.println(store.state().lastOffset());
        }
    }

    // So that a kill meets it at every stage of building and dropping.
    private static void defineAndDrop(DocumentStore store) {
        while (true) {
            store.defineIndexes(COLLECTION, List.of(INDEX));
            store.defineIndexes(COLLECTION, List.of());
        }
    }

    /** A test that is itself killed leaves nothing behind: its end closes our standard input. */
    private static void endWithParent() {
        Thread watch = new Thread(() -> {
            try (InputStream in = System.in) {
                while (in.read() >= 0) {
                    // Nothing is ever sent.
                }
                Runtime.getRuntime().halt(0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        watch.setDaemon(true);
        watch.start();
    }

    /** The batches of a seed, one after the other. */
    static final class Batches {
        private final Random random;
        private final RandomDocuments documents;
        private final StoreModel model = new StoreModel(EPOCH, 0);

        Batches(long seed) {
            random = new Random(seed);
            documents = new RandomDocuments(random);
        }

        StoreModel model() {
            return model;
        }

        CommitBatch next() {
            List<CommitBatch> transactions = new ArrayList<>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                transactions.add(transaction());
            }
            return StoreModel.merge(transactions);
        }

        private CommitBatch transaction() {
            Map<String, Mutation> mutations = new LinkedHashMap<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                String id = documents.id() + random.nextInt(20);
                mutations.put(
                        id,
                        random.nextInt(4) == 0
                                ? model.delete(COLLECTION, id)
                                : model.put(COLLECTION, id, documents.data(), 0));
            }
            String key = "key" + random.nextInt(50);
            Optional<Outcome> outcome = random.nextBoolean()
                    ? Optional.of(new Outcome("writer", key, new byte[] {1}, new byte[] {2}, 5))
                    : Optional.empty();
            return model.commit(List.copyOf(mutations.values()), outcome);
        }
    }
}
