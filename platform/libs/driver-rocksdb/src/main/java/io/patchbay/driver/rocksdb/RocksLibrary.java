package io.patchbay.driver.rocksdb;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * The native library of this bundle, and no other: what RocksDB does by itself takes any that it finds installed, of whatever version, and leaves a copy in the system's folder for temporary files at each crash.
 */
public final class RocksLibrary {
    /** The system property that names the folder to unpack it in; else it is the system's for temporary files. */
    static final String FOLDER = "patchbay.rocksdb.tmpdir";

    private static boolean loaded;

    private RocksLibrary() {}

    /**
     * Before the first use of RocksDB. Idempotent; any thread.
     *
     * @throws UncheckedIOException if it can't be unpacked, or there is none for this system
     */
    public static synchronized void load() {
        if (loaded) {
            return;
        }
        Path parent = Path.of(System.getProperty(FOLDER, System.getProperty("java.io.tmpdir")));
        String name = Environment.getJniLibraryFileName("rocksdb");
        try {
            // A folder of its own: the same file can't be loaded twice, and a framework that was started anew does so.
            Path folder = Files.createTempDirectory(parent, "rocksdb");
            // The name by which loadLibrary looks for it, which is not the one that it is shipped under.
            Path file = folder.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
            try {
                unpack(name, file);
                RocksDB.loadLibrary(List.of(folder.toString()));
            } finally {
                delete(file, folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "RocksDB's native library " + name + " can't be unpacked in " + parent + ": " + e.getMessage(), e);
        }
        loaded = true;
    }

    private static void unpack(String name, Path file) throws IOException {
        try (InputStream library = RocksLibrary.class.getResourceAsStream("/" + name)) {
            if (library == null) {
                throw new FileNotFoundException("there is none for this system");
            }
            Files.copy(library, file);
        }
    }

    /** Once it is loaded, the file is needed no more; only Windows keeps it until the end. */
    private static void delete(Path file, Path folder) {
        try {
            Files.deleteIfExists(file);
            Files.delete(folder);
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
            file.toFile().deleteOnExit();
        }
    }
}
