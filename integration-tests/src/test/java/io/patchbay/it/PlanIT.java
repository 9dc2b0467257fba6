package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What will happen is shown, kept in a file, and carried out exactly so or not at all; afterwards a receipt says what became of the old version. */
class PlanIT {
    private static final int KILLED = 137;

    @TempDir
    Path home;

    @TempDir
    Path files;

    @Test
    void aPlanIsShownKeptOverAKillAppliedAndRefusedOnceTheNodeHasChanged() throws IOException {
        Operator operator = new Operator(home);
        Path protocol = files.resolve("protocol.json");
        Path install = files.resolve("install.json");
        try (Node node = Node.start(home)) {
            operator.addAdmin();
            try (Wire watcher = Wire.connect(operator.login(node.uri()))) {
                assertThat(dryRun(
                                operator,
                                "update",
                                BundleVersion.ofCore("protocol-patchbay", "0.2.0", files),
                                protocol))
                        .contains("update io.patchbay.protocol.patchbay 0.1.0 -> 0.2.0")
                        .contains("protocol  replaced  1 connection of patchbay.v1 stays open")
                        .containsPattern(
                                "package +io\\.patchbay\\.api\\.protocol +\\[0\\.1\\.\\d+,1\\.0\\.0\\) +0\\.1\\.0 of ");
            }
            assertThat(dryRun(operator, "install", SampleStore.jar(), install))
                    .contains("store  added  Stores can be swapped to h2.");
            node.kill();
        }

        try (Node node = Node.start(home)) {
            assertThat(refused(operator, tampered(install))).contains("was changed after the node had made it");
            assertThat(refused(operator, cutOff(install))).contains("is no plan, or was cut off");
            assertThat(operator.run("plugin", "apply", install.toString()))
                    .contains("io.patchbay.store.h2 0.1.0 is installed");
            assertThat(refused(operator, protocol)).contains("io.patchbay.store.h2 0.1.0 was installed meanwhile");
            assertThat(node.log()).doesNotContain(" ERROR ");
        }
    }

    @Test
    void aPlanThatWasCutShortByAKillIsAppliedAgainWithTheJarAndEndsInAReceipt() throws IOException {
        Operator operator = new Operator(home);
        Path update = files.resolve("update.json");
        Path jar = SampleStore.version("0.2.0", files);
        try (Node node = Node.start(home)) {
            operator.run("plugin", "install", SampleStore.jar().toString());
            dryRun(operator, "update", jar, update);
        }

        try (Node node = failingAt("plugins.start")) {
            assertThat(operator.tryRun("plugin", "apply", update.toString()).exitCode())
                    .isNotZero();
            assertThat(node.awaitExit()).isEqualTo(KILLED);
        }

        try (Node node = Node.start(home)) {
            assertThat(operator.run("plugin", "list")).contains("0.1.0").doesNotContain("0.2.0");
            assertThat(refused(operator, update)).contains("does not keep its jar any more; give the jar again");
            assertThat(operator.run("plugin", "apply", update.toString(), "--jar", jar.toString()))
                    .contains("is updated from 0.1.0 to 0.2.0");
            assertThat(operator.run("plugin", "receipts", "io.patchbay.store.h2", "--collect"))
                    .contains("collected  0.1.0: old class loader collected after");
            assertThat(operator.run("plugin", "info", "io.patchbay.store.h2"))
                    .contains("0.1.0: old class loader collected after");
        }
    }

    private static String dryRun(Operator operator, String verb, Path jar, Path plan) {
        return operator.run("plugin", verb, jar.toString(), "--dry-run", "--out", plan.toString());
    }

    private static String refused(Operator operator, Path plan) {
        CommandResult result = operator.tryRun("plugin", "apply", plan.toString());
        assertThat(result.exitCode()).as(result.output()).isEqualTo(1);
        return result.output();
    }

    private Path tampered(Path plan) throws IOException {
        return Files.writeString(
                files.resolve("tampered.json"),
                Files.readString(plan).replace("\"The plugin is unsigned.\"", "\"The plugin is safe.\""));
    }

    private Path cutOff(Path plan) throws IOException {
        String whole = Files.readString(plan);
        return Files.writeString(files.resolve("cut.json"), whole.substring(0, whole.length() / 2));
    }

    private Node failingAt(String failpoint) {
        Node node = Node.launch(
                Distribution.shared(),
                home,
                Map.of("PATCHBAY_JAVA_OPTS", "-Dpatchbay.classArchive=off -Dpatchbay.failpoint=" + failpoint));
        node.readyLine();
        return node;
    }
}
