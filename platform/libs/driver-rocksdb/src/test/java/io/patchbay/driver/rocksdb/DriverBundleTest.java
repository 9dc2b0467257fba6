package io.patchbay.driver.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** The bundle as it is built, in a real framework. */
class DriverBundleTest {
    private static final Path CLASSES = Path.of("target/classes");

    @TempDir
    Path folder;

    @Test
    void opensADatabaseFromItsOwnClassLoaderInEachFramework() throws Exception {
        Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
        System.setProperty(RocksLibrary.FOLDER, unpacked.toString());
        try {
            openIn(folder.resolve("first"));
            openIn(folder.resolve("second"));
            assertThat(unpacked).as("what is left of the library").isEmptyDirectory();
        } finally {
            System.clearProperty(RocksLibrary.FOLDER);
        }
    }

    private void openIn(Path place) throws Exception {
        Framework framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE, place.resolve("cache").toString()));
        framework.start();
        try {
            Bundle bundle = framework.getBundleContext().installBundle("reference:" + CLASSES.toUri());
            bundle.start();
            bundle.loadClass(RocksLibrary.class.getName()).getMethod("load").invoke(null);
            Class<?> type = bundle.loadClass("org.rocksdb.RocksDB");
            assertThat(type.getClassLoader()).isNotSameAs(getClass().getClassLoader());
            String database = Files.createDirectory(place.resolve("database")).toString();
            try (AutoCloseable opened =
                    (AutoCloseable) type.getMethod("open", String.class).invoke(null, database)) {
                type.getMethod("put", byte[].class, byte[].class).invoke(opened, new byte[] {1}, new byte[] {2});
                assertThat(type.getMethod("get", byte[].class).invoke(opened, new byte[] {1}))
                        .isEqualTo(new byte[] {2});
            }
        } finally {
            framework.stop();
            framework.waitForStop(0);
        }
    }

    @Test
    void holdsTheNativeLibrariesOfTheSystemsThatWeShipForAndNoOthers() throws IOException {
        try (Stream<Path> files = Files.list(CLASSES)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("librocksdb")))
                    .containsExactlyInAnyOrder(
                            "librocksdbjni-linux64.so",
                            "librocksdbjni-linux-aarch64.so",
                            "librocksdbjni-linux64-musl.so",
                            "librocksdbjni-linux-aarch64-musl.so",
                            "librocksdbjni-osx-x86_64.jnilib",
                            "librocksdbjni-osx-arm64.jnilib",
                            "librocksdbjni-win64.dll");
        }
    }
}
