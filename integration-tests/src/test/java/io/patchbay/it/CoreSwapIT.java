package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution's own bundles are updated, and taken back, under clients that write, read and watch: nothing fails, nothing is lost. */
class CoreSwapIT {
    private static final long SEED = Long.getLong("patchbay.swap.seed", System.nanoTime());
    private static final int RATE = Integer.getInteger("patchbay.swap.rate", 300);
    private static final List<String> CORE = List.of(
            "protocol-patchbay",
            "protocol-rest",
            "auth-jwt",
            "auth-password",
            "store-sqlite",
            "console",
            "metrics-prometheus");

    @TempDir
    Path home;

    @TempDir
    Path jars;

    @Test
    void eachIsUpdatedServesAfterARestartAndGivesWayToTheDistributionsOwn() throws IOException {
        System.out.println("CoreSwapIT: seed " + SEED);
        try (Node node = Node.start(home)) {
            Operator operator = new Operator(home);
            operator.addAdmin();
            Rest admin = operator.login(node.uri());
            try (Load load = new Load(admin)) {
                load.start(SEED, RATE);
                for (String bundle : CORE) {
                    String told = operator.run(
                            "plugin",
                            "update",
                            BundleVersion.ofCore(bundle, "0.2.0", jars).toString());
                    assertThat(told).contains("is updated from 0.1.0 to 0.2.0");
                    assertThat(load.failures())
                            .as("failed calls by then: %s", bundle)
                            .isEmpty();
                    operator.login(node.uri()).get("/collections").expect(200);
                }
                // A call that came through an old version may still wait for its answer.
                Awaitility.await()
                        .atMost(60, TimeUnit.SECONDS)
                        .untilAsserted(() -> assertThat(operator.run("plugin", "receipts", "--collect"))
                                .contains("collected")
                                .doesNotContain("held", "pending"));
                assertThat(operator.run("plugin", "rollback", symbolicName("auth-jwt")))
                        .contains("0.2.0 to 0.1.0");
                load.stopClients();
                assertThat(load.failures()).isEmpty();
                load.verify();
                assertThat(node.log()).doesNotContain(" ERROR ");

                node.stop();
                try (Node again = Node.start(home)) {
                    load.verifyDocuments(admin.at(again.uri()));
                    assertThat(operator.run("status", "--tree")).contains(symbolicName("store-sqlite") + " 0.2.0");
                    for (String bundle : CORE) {
                        if (!bundle.equals("auth-jwt")) {
                            assertThat(operator.run("plugin", "uninstall", symbolicName(bundle)))
                                    .contains("the distribution's own 0.1.0 serves again");
                        }
                    }
                    load.verifyDocuments(admin.at(again.uri()));
                    assertThat(again.log()).doesNotContain(" ERROR ");
                }
            }
        }
    }

    private static String symbolicName(String bundle) {
        return "io.patchbay." + bundle.replace('-', '.');
    }
}
