package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/** Two stores compared row by row on a node that is written to: no false difference, and what was damaged behind its back is named, exactly. */
class VerifyIT {
    private static final int DOCUMENTS = 2_000;

    @TempDir
    Path home;

    @TempDir
    Path jars;

    private Node node;
    private Operator operator;
    private Rest admin;
    private SteadyWriters writers;

    @BeforeEach
    void swapUnderWriters() throws IOException {
        // So that a test can damage a document of its choice.
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/patchbay.yaml"), "encryption: {enabled: false}\n");
        node = Node.start(home);
        operator = new Operator(home);
        operator.addAdmin();
        admin = operator.login(node.uri());
        writers = new SteadyWriters(admin);
        admin.post("/collections", Value.struct("name", Value.of("rest"))).expect(201);
        for (int from = 0; from < DOCUMENTS; from += 500) {
            List<Value> operations = new ArrayList<>();
            for (int i = from; i < from + 500; i++) {
                operations.add(Value.struct(
                        "op", Value.of("put"),
                        "collection", Value.of("rest"),
                        "document", Value.of("id-" + i),
                        "data", Value.struct("n", Value.of((long) i))));
            }
            admin.post("/transactions", Value.struct("operations", new Value.Array(operations)))
                    .expect(200);
        }
        operator.run("plugin", "install", SampleStore.jar().toString());
        writers.goOn(admin);
        writers.awaitProgress(50);
        operator.run("store", "swap", "documents", "--to", "h2", "--plaintext");
    }

    @AfterEach
    void end() {
        writers.close();
        node.close();
    }

    private CommandResult verify(String... more) {
        return operator.tryRun(Stream.concat(Stream.of("store", "verify", "documents"), Stream.of(more))
                .toArray(String[]::new));
    }

    private Path follower() throws IOException {
        try (Stream<Path> folders = Files.list(home.resolve("data"))) {
            return folders.filter(folder -> folder.getFileName().toString().endsWith("-sqlite"))
                    .findFirst()
                    .orElseThrow()
                    .resolve("documents.sqlite");
        }
    }

    @Test
    void onlyWhatWasDamagedIsNamedWhileWritersGoOn() throws IOException, SQLException {
        for (int i = 0; i < 3; i++) {
            CommandResult alike = verify("--against", "sqlite");
            assertThat(alike.output()).contains("all are alike");
            assertThat(alike.exitCode()).isZero();
        }
        long followed = writers.acknowledged();
        try (Connection file = new JDBC().connect("jdbc:sqlite:" + follower(), new Properties());
                Statement damage = file.createStatement()) {
            damage.execute("PRAGMA busy_timeout = 30000");
            assertThat(damage.executeUpdate("UPDATE document SET body = x'a0' WHERE id = CAST('id-7' AS BLOB)"))
                    .isEqualTo(1);
            assertThat(damage.executeUpdate(
                            "UPDATE document SET revision = revision - 1 WHERE id = CAST('id-1234' AS BLOB)"))
                    .isEqualTo(1);
            assertThat(damage.executeUpdate("DELETE FROM document WHERE id = CAST('id-1999' AS BLOB)"))
                    .isEqualTo(1);
            assertThat(damage.executeUpdate("DELETE FROM change WHERE id = CAST('id-42' AS BLOB)"))
                    .isEqualTo(1);
        }
        writers.awaitProgress(50);
        assertThat(writers.acknowledged()).isGreaterThan(followed);

        CommandResult different = verify("--json");
        assertThat(different.exitCode()).as(different.output()).isEqualTo(1);
        String json = different.output().substring(different.output().indexOf("{\"id\""));
        Value.Struct found = (Value.Struct) Json.decode(json.getBytes(StandardCharsets.UTF_8));
        assertThat(WatchedState.structs(found, "listed").stream().map(VerifyIT::brief))
                .containsExactlyInAnyOrder(
                        "documents rest/id-7 [\"body\"]",
                        "documents rest/id-1234 [\"revision\"]",
                        "documents rest/id-1999 [\"missing\"]",
                        "changes rest/id-42 [\"missing\"]");

        Rest.Answer page = admin.get("/stores/documents/verification?limit=3").expect(200);
        assertThat(page.json().findInt("differences")).contains(4L);
        assertThat(page.items()).hasSize(3);
        assertThat(admin.get("/stores/documents/verification?limit=3&cursor="
                                + page.json().findText("next").orElseThrow())
                        .expect(200)
                        .items())
                .hasSize(1);
        // The sums that the stores keep don't know of it, and would hand over to the damaged file: the comparison does.
        assertThat(verify().output()).contains("DIFFERS", "id-1999", "4 are not alike");
        writers.stop();
        writers.verify(admin);
    }

    @Test
    void isRefusedWhatMakesNoSenseAndAKillLeavesNothingBehind() throws IOException {
        assertThat(verify("--against", "derby").output()).contains("is in sqlite, not in derby");
        assertThat(verify("--limit", "-1").exitCode()).isNotZero();
        assertThat(operator.tryRun("store", "verify", "nonsense").exitCode()).isNotZero();
        writers.stop();

        Rest.Answer under = admin.send("POST", "/stores/documents/verify", BodyPublishers.noBody())
                .expect(202);
        admin.delete("/jobs/" + under.json().findText("id").orElseThrow());
        await().until(() -> !admin.get("/jobs/" + under.json().findText("id").orElseThrow())
                .expect(200)
                .json()
                .findText("state")
                .orElse("")
                .equals("running"));
        admin.send("POST", "/stores/documents/verify", BodyPublishers.noBody()).expect(202);
        node.kill();
        node = Node.start(home);
        admin = operator.login(node.uri());
        admin.get("/stores/documents/verification").expect(404);
        assertThat(verify().output()).contains("all are alike");
    }

    private static String brief(Value.Struct difference) {
        return difference.findText("table").orElseThrow() + " "
                + difference.findText("collection").orElseThrow() + "/"
                + difference.findText("id").orElseThrow() + " "
                + new String(Json.encode(difference.fields().get("differs")), StandardCharsets.UTF_8);
    }

    @Test
    void aVersionThatCantOpenTheFilesGivesWayToTheOldOneAndNothingIsLost() {
        operator.run("store", "drop", "documents");
        Path broken = BundleVersion.without(
                "io/patchbay/store/h2/StateRecord.class",
                SampleStore.jar(),
                "0.9.0",
                jars.resolve("store-h2-0.9.0.jar"));
        CommandResult update = operator.tryRun("plugin", "update", broken.toString());
        assertThat(update.exitCode()).as(update.output()).isEqualTo(1);
        assertThat(update.output()).contains("StateRecord");
        await().until(() -> admin.get("/stores")
                .expect(200)
                .items()
                .get(0)
                .findText("state")
                .orElse("")
                .equals("serving"));
        writers.awaitProgress(20);
        writers.stop();
        writers.verify(admin);
        assertThat(operator.run("plugin", "list")).contains("0.1.0").doesNotContain("0.9.0");
        admin.send("POST", "/stores/documents/verify", BodyPublishers.noBody()).expect(409);
    }
}
