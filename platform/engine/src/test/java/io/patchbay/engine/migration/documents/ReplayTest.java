package io.patchbay.engine.migration.documents;

import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.Value;
import io.patchbay.engine.testing.MemoryStore;
import io.patchbay.engine.testing.MemoryStoreFactory;
import io.patchbay.engine.testing.TestPlane;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {
    @Test
    void whatIsCommittedWhileTheReplayLooksIsNotPassedOver(@TempDir Path home) {
        MemoryStoreFactory serving = new MemoryStoreFactory();
        try (TestPlane node = new TestPlane(home, serving, Clock.systemUTC())) {
            CommitTap tap = new CommitTap();
            node.plane.committer().addListener(tap);
            node.collection("things");
            MemoryStore behind = (MemoryStore) new MemoryStoreFactory("other").open(home.resolve("other"), Map.of());
            behind.begin(node.plane.feed().position().epoch(), 0);
            Replay replay = new Replay(node.plane.feed(), tap, behind);
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 30_000; i++) {
                    Value.Struct data = Value.struct("n", Value.of((long) i));
                    get(node.admin
                            .documents()
                            .commit(new TransactionRequest(
                                    List.of(TestPlane.put("things", "id-" + i % 100, data, Precondition.ANY)),
                                    Optional.of("key-" + i))));
                }
            });
            while (!writer.isDone()) {
                replay.step();
            }
            writer.join();
            while (replay.step() > 0) {
                // Until it is level.
            }
            assertThat(behind.state()).isEqualTo(serving.store().state());
            assertThat(behind.readChanges(0, Integer.MAX_VALUE))
                    .hasSameSizeAs(serving.store().readChanges(0, Integer.MAX_VALUE));
        }
    }
}
