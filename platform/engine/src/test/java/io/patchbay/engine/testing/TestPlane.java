package io.patchbay.engine.testing;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.CollectionInfo;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.Value;
import io.patchbay.api.protocol.Session;
import io.patchbay.engine.connection.ClientConnections;
import io.patchbay.engine.feed.ChangeFeed;
import io.patchbay.engine.metrics.MeterRegistry;
import io.patchbay.engine.metrics.NodeMetrics;
import io.patchbay.engine.plane.DataPlane;
import io.patchbay.engine.store.StoreSealing;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;

/** A whole data plane over a store of the test's choice. */
public final class TestPlane implements AutoCloseable {
    public final PluggedProviders providers = new PluggedProviders();
    public final DataPlane plane;
    public final ClientConnections connections;
    public final Session admin;

    public TestPlane(Path folder, DocumentStoreFactory factory, Clock clock) {
        this(folder, factory, clock, ChangeFeed.RECENT_TRANSACTIONS);
    }

    public TestPlane(Path folder, DocumentStoreFactory factory, Clock clock, int recentTransactions) {
        this(folder, factory, StoreSealing.NONE, clock, recentTransactions);
    }

    public TestPlane(
            Path folder, DocumentStoreFactory factory, StoreSealing sealing, Clock clock, int recentTransactions) {
        providers.plug(DocumentStoreFactory.class, factory.adapter(), factory);
        plane = new DataPlane(
                providers,
                new NodeMetrics(new MeterRegistry()),
                folder.resolve("data"),
                factory.adapter(),
                sealing,
                Duration.ofDays(7),
                1L << 30,
                recentTransactions,
                clock);
        connections = new ClientConnections(plane, providers);
        admin = plane.open(Identity.SYSTEM);
    }

    public static TestPlane inMemory(Path folder) {
        return new TestPlane(folder, new MemoryStoreFactory(), Clock.systemUTC());
    }

    public static Identity user(String name) {
        return new Identity(
                "id-of-" + name, name, Optional.of(Role.USER), Optional.of("family-of-" + name), Optional.empty());
    }

    public CollectionInfo collection(String name) {
        return collection(name, Map.of());
    }

    public CollectionInfo collection(String name, Map<String, String> rules) {
        return get(admin.collections().create(new CollectionDefinition(name, List.of(), rules)));
    }

    public TransactionResult put(String collection, String id, Value.Struct data) {
        return get(admin.documents().commit(TransactionRequest.of(put(collection, id, data, Precondition.ANY))));
    }

    public static Operation put(String collection, String id, Value.Struct data, Precondition precondition) {
        return new Operation.Put(collection, Optional.of(id), data, precondition);
    }

    public TransactionResult delete(String collection, String id) {
        return get(admin.documents()
                .commit(TransactionRequest.of(new Operation.Delete(collection, id, Precondition.ANY))));
    }

    /** What the stage gives, soon. */
    public static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** What the stage fails with: nothing but a PatchbayException may come out of the engine. */
    public static PatchbayException failure(CompletionStage<?> stage) {
        try {
            Object result = get(stage);
            throw new AssertionError("it should have failed, but gave " + result);
        } catch (CompletionException e) {
            Assertions.assertThat(e.getCause()).isInstanceOf(PatchbayException.class);
            return (PatchbayException) e.getCause();
        }
    }

    @Override
    public void close() {
        connections.stop();
        plane.stop();
    }
}
