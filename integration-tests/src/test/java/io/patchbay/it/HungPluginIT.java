package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A plugin that hangs, and doesn't heed an interrupt, keeps the node neither from stopping nor from starting again as another version. */
class HungPluginIT {
    private static final String FOR_EVER =
            "while (true) { try { Thread.sleep(60_000); } catch (InterruptedException e) { /* as a read of a socket */ } }";

    /** The exit code of a node that its supervisor shall start again. */
    private static final int ASKS_FOR_A_RESTART = 75;

    @TempDir
    Path folder;

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void nodeStopsAndSaysWhatHangs() {
        Path home = folder.resolve("home");
        try (Node node = Node.start(home)) {
            Operator operator = new Operator(home);
            operator.addAdmin();
            Rest admin = operator.login(node.uri());
            admin.post("/collections", Value.struct("name", Value.of("kept"))).expect(201);
            operator.run("plugin", "install", hangsInStop());

            assertThat(operator.run("stop")).contains("Stopped.");

            assertThat(node.awaitExit()).isEqualTo(1);
            assertThat(node.log())
                    .contains("The plugin com.example.zoo.hangs 1.0.0 did not stop within 10 s and is left behind; it"
                            + " stands at java.lang.Thread.sleep")
                    .contains("com.example.zoo.Zoo.stop")
                    .contains("stopped, all but com.example.zoo.hangs 1.0.0");
        }
        try (Node again = Node.start(home)) {
            new Operator(home).login(again.uri()).get("/collections/kept").expect(200);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void nodeStartsAgainWithoutAPluginThatHangsInItsStart() throws IOException {
        Path home = folder.resolve("home");
        Path trap = folder.resolve("trap");
        try (Node node = Node.start(home)) {
            Operator operator = new Operator(home);
            operator.addAdmin();
            ZooPlugin trapped = ZooPlugin.named("trapped")
                    .onStart("if (new java.io.File(\"%s\").exists()) { %s }".formatted(trap, FOR_EVER));
            operator.run("plugin", "install", trapped.build(folder).toString());
        }
        Files.createFile(trap);

        Node hanging = Node.launch(
                Distribution.shared(),
                home,
                Map.of("PATCHBAY_JAVA_OPTS", "-Dpatchbay.classArchive=off", "PATCHBAY_RESTART", "exit"));

        await().atMost(Duration.ofMinutes(2))
                .until(() -> hanging.log()
                        .contains("The plugin com.example.zoo.trapped 1.0.0 hangs in its start; the node starts again"
                                + " without it."));
        assertThat(hanging.awaitExit()).isEqualTo(ASKS_FOR_A_RESTART);
        try (Node again = Node.start(home)) {
            Operator operator = new Operator(home);
            assertThat(operator.run("plugin", "list"))
                    .containsPattern("com.example.zoo.trapped +1\\.0\\.0 +stopped")
                    .contains("com.example.zoo.trapped: It hung while it was started with the node at ");
            Files.delete(trap);
            operator.run("plugin", "start", "com.example.zoo.trapped");
            assertThat(operator.run("plugin", "list"))
                    .containsPattern("com.example.zoo.trapped +1\\.0\\.0 +active")
                    .doesNotContain("It hung");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void nodeIsUpgradedWhileAPluginHangsInItsStop() throws IOException {
        Path home = folder.resolve("home");
        Distribution distribution = Distribution.unpackTo(folder.resolve("installed"));
        String zip = new ReleaseZip("0.2.0", "engine").build(folder).toString();
        try (Node node = Node.start(distribution, home, "--port", String.valueOf(freePort()))) {
            Operator operator = new Operator(distribution, home);
            operator.addAdmin();
            Rest admin = operator.login(node.uri());
            admin.post("/collections", Value.struct("name", Value.of("kept"))).expect(201);
            operator.run("plugin", "install", hangsInStop());
            try {
                assertThat(operator.run("upgrade", zip)).contains("Patchbay 0.2.0 is ready.");
                admin.get("/collections/kept").expect(200);
                assertThat(operator.run("plugin", "list")).contains("com.example.zoo.hangs", "active");
                assertThat(node.log()).contains("The plugin com.example.zoo.hangs 1.0.0 did not stop within 10 s");
            } finally {
                assertThat(operator.run("stop")).contains("Stopped.");
            }
        }
    }

    private String hangsInStop() {
        return ZooPlugin.named("hangs").onStop(FOR_EVER).build(folder).toString();
    }

    /** Below those that the system hands out: nobody else may have it while the node restarts. */
    private static int freePort() throws IOException {
        while (true) {
            try (ServerSocket socket =
                    new ServerSocket(ThreadLocalRandom.current().nextInt(20_000, 30_000))) {
                return socket.getLocalPort();
            } catch (BindException inUse) {
                continue;
            }
        }
    }
}
