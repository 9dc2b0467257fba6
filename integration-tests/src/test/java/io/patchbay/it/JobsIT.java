package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Long work over REST: a swap of the store that is watched, and one that is called off. */
@Timeout(180)
class JobsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int DOCUMENTS = 20_000;

    @TempDir
    Path home;

    @Test
    void swapOfTheStoreIsCalledOffAndAnotherOneIsSeenToItsEnd() {
        try (Node node = Node.start(home)) {
            Operator operator = new Operator(home);
            operator.addAdmin();
            operator.run("plugin", "install", SampleStore.jar().toString());
            Rest admin = operator.login(node.uri());
            fill(admin);

            String calledOff = swap(admin);
            Value.Struct asked = admin.delete(calledOff).expect(202).json();
            assertThat(asked.findText("id").map(id -> "/jobs/" + id)).contains(calledOff);
            Value.Struct end = awaitEnd(admin, calledOff);
            assertThat(end.findText("state")).as("%s", end).contains("cancelled");
            assertThat(((Value.Struct) end.find("error").orElseThrow()).findText("code"))
                    .contains("CANCELLED");
            assertServing(admin, "sqlite", Optional.empty());

            String seen = swap(admin);
            end = awaitEnd(admin, seen);
            assertThat(end.findText("state")).as("%s", end).contains("succeeded");
            assertThat(end.find("progress")).contains(Value.of(1L));
            assertServing(admin, "h2", Optional.of("sqlite"));
            // What has ended can't be called off any more.
            assertThat(admin.delete(seen).expect(202).json().findText("state")).contains("succeeded");
            assertThat(admin.get("/jobs").expect(200).items().stream()
                            .map(job -> job.findText("state").orElseThrow()))
                    .contains("cancelled", "succeeded");
            assertThat(admin.delete("/jobs/none").expect(404).code()).isEqualTo("NOT_FOUND");
            assertThat(node.log()).doesNotContain(" ERROR ");
        }
    }

    private static void fill(Rest admin) {
        admin.post("/collections", Value.struct("name", Value.of("bulk"))).expect(201);
        for (int from = 0; from < DOCUMENTS; from += 1000) {
            List<Value> operations = new ArrayList<>();
            for (int i = from; i < from + 1000; i++) {
                Value.Struct data = Value.struct("n", Value.of(i), "text", Value.of("x".repeat(200)));
                operations.add(Value.struct("op", Value.of("put"), "collection", Value.of("bulk"), "data", data));
            }
            admin.post("/transactions", Value.struct("operations", new Value.Array(operations)))
                    .expect(200);
        }
    }

    private static String swap(Rest admin) {
        Rest.Answer accepted = admin.post("/stores/documents/swap", SampleStore.swapRequest("h2"))
                .expect(202);
        return accepted.header("Location").orElseThrow().replaceFirst("^/api/v1", "");
    }

    private static Value.Struct awaitEnd(Rest admin, String job) {
        await().atMost(LIMIT)
                .until(() ->
                        !admin.get(job).expect(200).json().findText("state").equals(Optional.of("running")));
        return admin.get(job).json();
    }

    private static void assertServing(Rest admin, String adapter, Optional<String> follower) {
        Value.Struct store = admin.get("/stores").expect(200).items().get(0);
        assertThat(store.findText("adapter")).contains(adapter);
        assertThat(store.findText("follower")).isEqualTo(follower);
        assertThat(admin.get("/collections/bulk/documents?limit=1").expect(200).items())
                .hasSize(1);
        admin.post("/collections/bulk/documents", Value.struct()).expect(201);
    }
}
