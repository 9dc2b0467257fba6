package io.patchbay.store.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.Value;
import io.patchbay.testkit.StoreModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a kill leaves is the file as it is after a batch was acknowledged; a copy of it must open with that batch. */
class H2RecoveryTest {
    /** Until the space of dead chunks has been used again many times. */
    private static final Duration LENGTH = Duration.ofSeconds(10);

    private static final int COLLECTION = 7;

    @TempDir
    Path directory;

    @Test
    void aFileThatCantBeUnderstoodIsNotLeftLocked() throws IOException {
        open(directory).close();
        Path file = directory.resolve("documents.mv");
        try (MVStore engine = MVStore.open(file.toString())) {
            Maps.open(engine).state().put(StateRecord.KEY, new byte[] {1});
        }
        assertThatThrownBy(() -> open(directory)).isInstanceOf(RuntimeException.class);
        // Nobody else can open it while it is locked.
        MVStore.open(file.toString()).close();
    }

    @Test
    void lastBatchIsFoundWhereverItsChunkLies() throws IOException {
        long seed = System.nanoTime();
        System.out.println("H2RecoveryTest seed " + seed);
        Random random = new Random(seed);
        StoreModel model = new StoreModel("epoch", 0);
        long end = System.nanoTime() + LENGTH.toNanos();
        DocumentStore store = open(directory.resolve("store"));
        store.begin("epoch", 0);
        while (System.nanoTime() < end) {
            int batches = 1 + random.nextInt(60);
            for (int i = 0; i < batches; i++) {
                store.commit(model.commit(mutations(model, random)));
            }
            assertThatACopyHoldsAll(model, random.nextInt());
            if (random.nextInt(10) == 0) {
                store.close();
                store = open(directory.resolve("store"));
            }
        }
        store.close();
    }

    private static Mutation[] mutations(StoreModel model, Random random) {
        List<Mutation> mutations = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            Value.Struct data = Value.struct("text", Value.of("x".repeat(random.nextInt(3000))));
            mutations.add(model.put(COLLECTION, i + "-" + random.nextInt(500), data, 0));
        }
        return mutations.toArray(Mutation[]::new);
    }

    private void assertThatACopyHoldsAll(StoreModel model, int number) throws IOException {
        Path copy = Files.createDirectories(directory.resolve("copy" + number));
        Files.copy(directory.resolve("store").resolve("documents.mv"), copy.resolve("documents.mv"));
        try (DocumentStore killed = open(copy)) {
            assertThat(killed.state()).isEqualTo(model.state());
        }
        Files.delete(copy.resolve("documents.mv"));
    }

    private static DocumentStore open(Path folder) throws IOException {
        return new H2DocumentStoreFactory().open(Files.createDirectories(folder), Map.of());
    }
}
