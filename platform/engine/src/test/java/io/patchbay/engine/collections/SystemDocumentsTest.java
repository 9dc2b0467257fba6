package io.patchbay.engine.collections;

import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.Value;
import io.patchbay.engine.testing.TestPlane;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemDocumentsTest {
    @TempDir
    Path folder;

    private TestPlane plane;

    @BeforeEach
    void open() {
        plane = TestPlane.inMemory(folder);
    }

    @AfterEach
    void close() {
        plane.close();
    }

    private void put(String id, String name) {
        get(plane.plane.commit(TransactionRequest.of(
                TestPlane.put("_users", id, Value.struct("name", Value.of(name)), Precondition.ANY))));
    }

    @Test
    void theNodeReadsAndWritesWhatNoClientCan() {
        put("1", "ann");
        assertThat(get(plane.plane.find(SystemCollection.USERS, "1"))
                        .orElseThrow()
                        .data()
                        .findText("name"))
                .contains("ann");
        assertThat(get(plane.plane.find(SystemCollection.USERS, "2"))).isEmpty();
        ListRequest byName = new ListRequest("_users", Optional.of("name == 'ann'"), List.of(), 10, Optional.empty());
        assertThat(get(plane.plane.list(byName)).items()).hasSize(1);
        assertThat(failure(plane.admin.documents().get("_users", "1")).code())
                .isEqualTo(ErrorCode.COLLECTION_NOT_FOUND);
        assertThat(failure(plane.plane.commit(
                                TransactionRequest.of(TestPlane.put("items", "a", Value.struct(), Precondition.ANY))))
                        .code())
                .isEqualTo(ErrorCode.COLLECTION_NOT_FOUND);
        assertThat(get(plane.admin.documents().changes(Optional.empty(), 100)).items())
                .isEmpty();
    }

    @Test
    void watchersHearEveryChangeInOrder() throws Exception {
        List<SystemChange> heard = new CopyOnWriteArrayList<>();
        try (AutoCloseable watch = plane.plane.watch(SystemCollection.USERS, heard::add)) {
            put("1", "ann");
            put("1", "bob");
            get(plane.plane.commit(TransactionRequest.of(new Operation.Delete("_users", "1", Precondition.ANY))));
            await().untilAsserted(() -> assertThat(heard).hasSize(3));
            assertThat(watch).isNotNull();
        }
        assertThat(heard.stream()
                        .map(change -> ((SystemChange.Changed) change)
                                .document()
                                .flatMap(d -> d.data().findText("name"))))
                .containsExactly(Optional.of("ann"), Optional.of("bob"), Optional.empty());
    }
}
