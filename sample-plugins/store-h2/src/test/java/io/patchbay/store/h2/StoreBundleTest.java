package io.patchbay.store.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.CommitBatch;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.Value;
import io.patchbay.api.plugin.HealthCheck;
import io.patchbay.api.query.SortField;
import io.patchbay.testkit.StoreModel;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.framework.FrameworkFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;

/** The bundle as it is shipped, with the part of H2 that is in it alone. */
class StoreBundleTest {
    private static final String PLATFORM = String.join(
            ",",
            "io.patchbay.api;version=0.1.0",
            "io.patchbay.api.document;version=0.1.0",
            "io.patchbay.api.feed;version=0.1.0",
            "io.patchbay.api.plugin;version=0.1.0",
            "io.patchbay.api.query;version=0.1.0",
            "org.slf4j;version=2.0.0");

    @TempDir
    private Path home;

    private Framework framework;
    private Bundle bundle;

    @BeforeEach
    void installBundle() throws Exception {
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        home.resolve("cache").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        PLATFORM,
                        Constants.FRAMEWORK_SYSTEMCAPABILITIES_EXTRA,
                        "osgi.extender;osgi.extender=osgi.component;version:Version=1.5"));
        framework.start();
        bundle = framework
                .getBundleContext()
                .installBundle("reference:" + Path.of("target", "classes").toUri());
        bundle.start();
    }

    @AfterEach
    void stopFramework() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    @Test
    void storeWorksAndItsClassLoaderIsCollected() throws Exception {
        WeakReference<ClassLoader> loader = useStore();
        bundle.uninstall();
        bundle = null;
        framework.adapt(FrameworkWiring.class).refreshBundles(null);
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            System.gc();
            assertThat(loader.get()).isNull();
        });
    }

    @Test
    void bundleHoldsNoServerNoConsoleAndNoDriver() {
        for (String absent : List.of(
                "org.h2.Driver",
                "org.h2.server.TcpServer",
                "org.h2.server.web.WebServer",
                "org.h2.tools.Console",
                "org.h2.engine.Database")) {
            assertThat(bundle.getEntry(absent.replace('.', '/') + ".class"))
                    .as(absent)
                    .isNull();
        }
        assertThat(bundle.getEntry("org/h2/mvstore/MVStore.class")).isNotNull();
    }

    private WeakReference<ClassLoader> useStore() throws Exception {
        Class<?> type = bundle.loadClass("io.patchbay.store.h2.H2DocumentStoreFactory");
        assertThat(type.getClassLoader()).isNotSameAs(getClass().getClassLoader());
        DocumentStoreFactory factory =
                (DocumentStoreFactory) type.getDeclaredConstructor().newInstance();
        Path directory = Files.createDirectory(home.resolve("store"));
        StoreModel model = new StoreModel("e", 0);
        for (int opening = 0; opening < 2; opening++) {
            try (DocumentStore store = factory.open(directory, Map.of())) {
                if (opening == 0) {
                    store.begin("e", 0);
                    store.defineIndexes(1, List.of(new IndexDefinition(List.of(SortField.parse("n")))));
                }
                // Enough for packing, which the contract's short tests hardly reach.
                for (int i = 0; i < 600; i++) {
                    CommitBatch batch = model.commit(model.put(
                            1, "d" + i % 50, Value.struct("n", Value.of(i), "text", Value.of("x".repeat(2000))), 0));
                    store.commit(batch);
                }
                store.trimChanges(model.state().lastOffset() - 10, 0);
                assertThat(((HealthCheck) factory).findFault()).isEmpty();
                assertThat(store.findOutcome("ann", "key")).isEmpty();
                try (DocumentScan scan = store.query(
                        new StoreQuery(1, Optional.empty(), List.of(SortField.parse("-n")), Optional.empty(), 50))) {
                    assertThat(scan.next().data().findInt("n")).contains(599L);
                }
                readInterrupted(store);
                assertThat(store.find(1, "d1")).isPresent();
            }
        }
        return new WeakReference<>(type.getClassLoader());
    }

    private static void readInterrupted(DocumentStore store) throws InterruptedException {
        Thread reader = new Thread(() -> {
            Thread.currentThread().interrupt();
            store.scanDocuments(Optional.empty(), 100);
        });
        reader.setUncaughtExceptionHandler((thread, failure) -> {});
        reader.start();
        reader.join();
    }
}
