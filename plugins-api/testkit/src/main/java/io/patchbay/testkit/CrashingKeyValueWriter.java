package io.patchbay.testkit;

import io.patchbay.api.kv.KeyValueStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/**
 * A process that writes keys and values until it is killed, saying on its standard output through which revision {@code commit} has returned. What it writes follows from a seed, so whoever killed it
 * knows what must be there.
 */
public final class CrashingKeyValueWriter {
    static final String EPOCH = "crash";
    /** Of a bucket that comes and goes beside those of the model. */
    static final long DROPPED = 9;

    private CrashingKeyValueWriter() {}

    /** Starts the process. */
    static Process start(Class<? extends KeyValueStoreContract> contract, Path directory, long seed)
            throws IOException {
        String java = ProcessHandle.current().info().command().orElse("java");
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(
                        java,
                        "-Xmx256m",
                        "-cp",
                        classPath,
                        CrashingKeyValueWriter.class.getName(),
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
        KeyValueStoreContract contract = (KeyValueStoreContract) constructor.newInstance();
        endWithParent();
        KeyValueStore store = contract.factory().open(Path.of(arguments[1]), Map.of());
        Random random = new Random(Long.parseLong(arguments[2]));
        KeyValueModel model = new KeyValueModel(EPOCH, 0);
        while (model.state().lastRevision() < store.state().lastRevision()) {
            model.random(random);
        }
        if (store.state().epoch().isEmpty()) {
            store.begin(EPOCH, 0);
        }
        while (true) {
            store.commit(model.random(random));
            acknowledged.println(store.state().lastRevision());
            // So that a kill meets it at every stage of a drop.
            store.load(KeyValueStoreContract.doomed(DROPPED));
            store.dropBucket(DROPPED);
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
}
