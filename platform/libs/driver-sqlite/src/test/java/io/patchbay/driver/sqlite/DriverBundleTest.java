package io.patchbay.driver.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
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
    Path cache;

    @Test
    void opensADatabaseFromItsOwnClassLoader() throws Exception {
        Framework framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        cache.toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        "org.slf4j;version=\"2.0.20\""));
        framework.start();
        try {
            Bundle bundle = framework.getBundleContext().installBundle("reference:" + CLASSES.toUri());
            bundle.start();
            Class<?> type = bundle.loadClass("org.sqlite.JDBC");
            assertThat(type.getClassLoader()).isNotSameAs(getClass().getClassLoader());
            Driver driver = (Driver) type.getConstructor().newInstance();
            try (Connection connection = driver.connect("jdbc:sqlite::memory:", new Properties());
                    Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery("SELECT sqlite_version()")) {
                assertThat(result.next()).isTrue();
                assertThat(result.getString(1)).startsWith("3.");
            }
        } finally {
            framework.stop();
            framework.waitForStop(0);
        }
    }

    @Test
    void holdsTheNativeLibrariesOfTheSystemsThatWeShipForAndNoOthers() throws IOException {
        Path natives = CLASSES.resolve("org/sqlite/native");
        try (Stream<Path> files = Files.walk(natives)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> natives.relativize(file)
                                    .getParent()
                                    .toString()
                                    .replace('\\', '/')))
                    .containsExactlyInAnyOrder(
                            "Linux/x86_64",
                            "Linux/aarch64",
                            "Linux-Musl/x86_64",
                            "Linux-Musl/aarch64",
                            "Mac/x86_64",
                            "Mac/aarch64",
                            "Windows/x86_64");
        }
    }
}
