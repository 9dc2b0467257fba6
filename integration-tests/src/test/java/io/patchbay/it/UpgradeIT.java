package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole distribution is upgraded in place, and goes back, while it runs. */
class UpgradeIT {
    private static final long SEED = Long.getLong("patchbay.swap.seed", System.nanoTime());
    private static final int RATE = 300;

    @TempDir
    Path folder;

    private Path home;
    private Distribution distribution;

    @BeforeEach
    void unpack() {
        home = folder.resolve("home");
        distribution = Distribution.unpackTo(folder.resolve("installed"));
    }

    private String run(String... command) {
        return new Operator(distribution, home).run(command);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void coreBundlesAreSwappedUnderClientsWithoutARestart() throws IOException {
        System.out.println("UpgradeIT: seed " + SEED);
        String zip = new ReleaseZip("0.2.0", "protocol-patchbay", "protocol-rest", "store-sqlite")
                .build(folder)
                .toString();
        try (Node node = Node.start(distribution, home)) {
            Operator operator = new Operator(distribution, home);
            operator.addAdmin();
            Rest admin = operator.login(node.uri());
            try (Load load = new Load(admin)) {
                load.start(SEED, RATE);
                assertThat(run("upgrade", zip, "--dry-run"))
                        .contains("upgrade 0.1.0 -> 0.2.0, without a restart")
                        .contains("io.patchbay.protocol.patchbay 0.2.0 takes the place of 0.1.0.")
                        .doesNotContain("io.patchbay.auth");

                assertThat(run("upgrade", zip)).contains("0.2.0 serves in the place of 0.1.0, without a restart.");
                assertThat(run("plugin", "list")).contains("io.patchbay.store.sqlite", "0.2.0");
                assertThat(operator.tryRun("upgrade", zip).output()).contains("0.2.0 runs already");
                assertThat(run("upgrade", "--back")).contains("0.1.0 serves in the place of 0.2.0");
                assertThat(run("plugin", "list")).doesNotContain("io.patchbay");
                run("upgrade", zip);

                load.stopClients();
                assertThat(load.failures()).isEmpty();
                load.verify();
                assertThat(node.log()).doesNotContain(" ERROR ");
                node.stop();
                try (Node again = Node.start(distribution, home)) {
                    assertThat(run("status")).contains("0.2.0");
                    assertThat(run("plugin", "list")).doesNotContain("io.patchbay");
                    load.verifyDocuments(admin.at(again.uri()));
                }
            }
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void changedPlatformRestartsTheNodeAndWhatDoesNotGetReadyIsTakenBack() throws IOException {
        String zip = new ReleaseZip("0.2.0", "engine").build(folder).toString();
        String broken = new ReleaseZip("0.3.0", "engine")
                .edit("bundles.list", text -> text + "this is no line\n")
                .build(folder)
                .toString();
        try (Node node = Node.start(distribution, home, "--port", String.valueOf(freePort()))) {
            Operator operator = new Operator(distribution, home);
            operator.addAdmin();
            Rest admin = operator.login(node.uri());
            admin.post("/collections", Value.struct("name", Value.of("kept"))).expect(201);
            long pid = node.pid();
            try {
                assertThat(run("upgrade", zip))
                        .contains("the node restarts with it")
                        .contains("Patchbay 0.2.0 is ready.");
                pid = pid();
                assertThat(pid).isNotEqualTo(node.pid());
                admin.get("/collections/kept").expect(200);

                CommandResult failed = operator.tryRun("upgrade", broken);
                assertThat(failed.exitCode()).isEqualTo(1);
                assertThat(failed.output()).contains("Patchbay 0.3.0 did not get ready, and 0.2.0 serves again");
                pid = pid();
                admin.get("/collections/kept").expect(200);

                assertThat(run("upgrade", "--back")).contains("Patchbay 0.1.0 is ready.");
                pid = pid();
                admin.get("/collections/kept").expect(200);
            } finally {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
            }
        }
    }

    private long pid() {
        return Long.parseLong(run("status", "--json").replaceAll("(?s).*\"pid\"\\s*:\\s*(\\d+).*", "$1"));
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

    @ParameterizedTest(name = "killed at {0}")
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({
        "upgrade.unpack,false",
        "upgrade.begin,false",
        "upgrade.swap,false",
        "upgrade.switch,true",
        "upgrade.end,true"
    })
    void killedNodeHasAllOfTheUpgradeOrNothing(String failpoint, boolean happened) {
        String zip = new ReleaseZip("0.2.0", "protocol-patchbay", "console")
                .build(folder)
                .toString();
        Node node = Node.launch(
                distribution,
                home,
                Map.of("PATCHBAY_JAVA_OPTS", "-Dpatchbay.classArchive=off -Dpatchbay.failpoint=" + failpoint));
        node.readyLine();
        assertThat(new Operator(distribution, home).tryRun("upgrade", zip).exitCode())
                .isNotZero();
        node.awaitExit();

        try (Node again = Node.start(distribution, home)) {
            assertThat(run("status")).contains(happened ? "0.2.0" : "0.1.0");
            assertThat(run("plugin", "list")).doesNotContain("io.patchbay");
            assertThat(again.log()).doesNotContain(" ERROR ");
            if (!happened) {
                assertThat(run("upgrade", zip)).contains("0.2.0 serves in the place of 0.1.0");
            }
        }
    }
}
