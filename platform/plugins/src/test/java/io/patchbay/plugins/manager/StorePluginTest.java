package io.patchbay.plugins.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.StoreVerification;
import io.patchbay.api.migration.Stores;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Plan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins on which a store stands: they are not taken away from under it. */
class StorePluginTest {
    private static final String FACTORY = DocumentStoreFactory.class.getName();

    @TempDir
    Path folder;

    private final FixedStores stores = new FixedStores();
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder.resolve("home"), Optional.of(stores));
        node.install(version("1.0.0"));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void adapterThatServesDocumentsCannotBeUninstalled() {
        stores.serve("h2", Optional.empty());

        Plan plan = node.plugins.planUninstall(SamplePlugin.NAME);

        assertThat(plan.problems())
                .containsExactly(
                        "Documents are served by h2; swap to another adapter first: patchbay store swap documents --to ADAPTER.");
        PatchbayException refused = catchThrowableOfType(PatchbayException.class, () -> node.plugins.execute(plan));
        assertThat(refused.code()).isEqualTo(ErrorCode.CONFLICT);
    }

    @Test
    void adapterThatFollowsCannotBeUninstalled() {
        stores.serve("sqlite", Optional.of("h2"));

        assertThat(node.plugins.planUninstall(SamplePlugin.NAME).problems())
                .containsExactly(
                        "The old store of documents is kept by h2 and follows; drop it first: patchbay store drop documents.");
    }

    @Test
    void adapterCannotBeUninstalledWhileDocumentsMove() {
        stores.migrate("sqlite");

        assertThat(node.plugins.planUninstall(SamplePlugin.NAME).problems())
                .containsExactly(
                        "Documents are on their way to another adapter; wait for that job, or cancel it: patchbay job list.");
    }

    @Test
    void updateThatNoLongerOffersTheAdapterIsAProblem() throws Exception {
        stores.serve("h2", Optional.empty());

        assertThat(node.plugins
                        .planInstall(SamplePlugin.version("2.0.0")
                                .offers(FACTORY, "other")
                                .build(folder))
                        .problems())
                .containsExactly(
                        "Documents are served by h2; swap to another adapter first: patchbay store swap documents --to other.");
    }

    @Test
    void storeHandsOverWhenItsLeaseIsNoLongerCurrent() throws Exception {
        stores.serve("h2", Optional.empty());
        AtomicReference<Lease<DocumentStoreFactory>> open = new AtomicReference<>(lease());
        Lease<DocumentStoreFactory> first = open.get();
        try (AutoCloseable listening = node.switchboard.onChange(DocumentStoreFactory.class, () -> {
            if (!open.get().current()) {
                open.get().close();
                open.set(lease());
            }
        })) {
            node.install(version("1.1.0"));
        }

        assertThat(open.get().generation()).isNotEqualTo(first.generation());
        assertThat(open.get().current()).isTrue();
        open.get().close();
    }

    @Test
    void updateIsUndoneIfTheStoreDoesNotLetGo() throws Exception {
        stores.serve("h2", Optional.empty());
        try (Lease<DocumentStoreFactory> held = lease()) {
            PatchbayException failure =
                    catchThrowableOfType(PatchbayException.class, () -> node.install(version("1.1.0")));

            assertThat(failure.code()).isEqualTo(ErrorCode.PLUGIN_FAILED);
            assertThat(failure).hasMessage("The store on h2 did not let go of the old version within 10 s.");
            assertThat(held.provider().adapter()).isEqualTo("h2");
            assertThat(node.plugins.get(SamplePlugin.NAME).version()).isEqualTo("1.0.0");
            assertThat(node.pluginBundles()).isEqualTo(1);
        }
        lease().close();
    }

    @Test
    void updateIsUndoneIfTheStoreDoesNotOpenWithTheNewVersion() throws Exception {
        stores.serve("h2", Optional.empty());
        AtomicReference<Lease<DocumentStoreFactory>> open = new AtomicReference<>(lease());
        try (AutoCloseable listening = node.switchboard.onChange(DocumentStoreFactory.class, () -> {
            if (!open.get().current()) {
                boolean first = stores.works();
                open.get().close();
                open.set(lease());
                stores.works(!first);
            }
        })) {
            Job job = node.run(node.plugins.planInstall(version("1.1.0")));

            assertThat(job.failure())
                    .get()
                    .extracting(Throwable::getMessage)
                    .isEqualTo("The store documents did not open with the new version: it does not work.");
            assertThat(node.plugins.get(SamplePlugin.NAME).version()).isEqualTo("1.0.0");
            assertThat(stores.works()).isTrue();
        }
        open.get().close();
    }

    private Lease<DocumentStoreFactory> lease() {
        return node.switchboard.acquire(DocumentStoreFactory.class, "h2");
    }

    private Path version(String version) throws Exception {
        return SamplePlugin.version(version).offers(FACTORY, "h2").build(folder);
    }

    /** One store of which the test says what it stands on. */
    static final class FixedStores implements Stores {
        private volatile List<StoreInfo> stores = List.of();

        void serve(String adapter, Optional<String> follower) {
            stores = List.of(
                    new StoreInfo("documents", "serving", adapter, true, 0, "e:0", follower, 0, Optional.empty()));
        }

        void migrate(String from) {
            stores = List.of(new StoreInfo(
                    "documents", "migrating", from, true, 0, "e:0", Optional.empty(), 0, Optional.empty()));
        }

        boolean works() {
            return stores.get(0).state().equals("serving");
        }

        void works(boolean works) {
            StoreInfo was = stores.get(0);
            Optional<String> fault = works ? Optional.empty() : Optional.of("it does not work.");
            stores = List.of(new StoreInfo(
                    was.name(),
                    works ? "serving" : "unavailable",
                    was.adapter(),
                    true,
                    0,
                    was.position(),
                    was.follower(),
                    0,
                    fault));
        }

        @Override
        public List<StoreInfo> list() {
            return stores;
        }

        @Override
        public Job swap(String store, String adapter, Map<String, String> settings, boolean plaintext) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<Job> sealAnew(String store) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Job rollBack(String store) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void drop(String store) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Job verify(String store, Optional<String> against) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<StoreVerification> findVerification(String store, long skip, int limit) {
            return Optional.empty();
        }
    }
}
