package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plugs are pulled while the sound goes on: the documents move between stores, and the plugin beneath them is installed, updated and uninstalled, under clients that write, read and watch.
 *
 * <p>{@code -Dpatchbay.swap.cycles=N}, {@code -Dpatchbay.swap.seconds=N} (between two changes) and {@code -Dpatchbay.swap.rate=N} (writes per second) make a soak of it.
 */
class SwapIT {
    private static final int CYCLES = Integer.getInteger("patchbay.swap.cycles", 1);
    private static final int SECONDS = Integer.getInteger("patchbay.swap.seconds", 1);
    private static final int RATE = Integer.getInteger("patchbay.swap.rate", 500);
    private static final long SEED = Long.getLong("patchbay.swap.seed", System.nanoTime());

    @TempDir
    Path home;

    @TempDir
    Path jars;

    /** How the node tells at the end of a swap how long it held writers up. */
    private static final Pattern PAUSE = Pattern.compile("writers waited (\\d+) ms");

    private final List<String> report = new ArrayList<>();
    private long longestPauseMs;

    @Test
    void nothingFailsAndNothingIsLostWhileStoresAreSwappedAndTheirPluginUpdated() throws IOException {
        say("seed " + SEED + ", " + RATE + " writes/s, " + CYCLES + " cycle(s)");
        try (Node node = Node.start(home)) {
            Operator operator = new Operator(home);
            operator.addAdmin();
            Rest admin = operator.login(node.uri());
            try (Load load = new Load(admin)) {
                load.start(SEED, RATE);
                goOn("undisturbed", load);
                for (int i = 0; i < CYCLES && load.failures().isEmpty(); i++) {
                    cycle(operator, load, i);
                }
                load.stopClients();
                say(load.acknowledgedWrites() + " acknowledged writes, " + load.calls() + " calls, "
                        + load.failures().size() + " failed, longest pause of a swap " + longestPauseMs + " ms");
                load.verify();
                assertThat(operator.run("plugin", "list", "--json")).doesNotContain(SampleStore.PLUGIN);
                assertThat(node.log()).doesNotContain(" ERROR ");

                node.stop();
                try (Node again = Node.start(home)) {
                    load.verifyDocuments(admin.at(again.uri()));
                }
            }
        } finally {
            Files.write(Distribution.work().resolve("swap-report.txt"), report);
        }
    }

    private void cycle(Operator operator, Load load, int number) {
        Path second = SampleStore.version("0.2." + number, jars);
        Path third = SampleStore.version("0.3." + number, jars);
        Path fourth = SampleStore.version("0.4." + number, jars);
        change(operator, load, "install", "plugin", "install", SampleStore.jar().toString());
        change(operator, load, "sqlite -> h2", "store", "swap", "documents", "--to", "h2", "--plaintext");
        change(operator, load, "update the adapter that serves", "plugin", "update", second.toString());
        change(operator, load, "h2 -> sqlite, which follows", "store", "swap", "documents", "--to", "sqlite");
        change(operator, load, "update the adapter that follows", "plugin", "update", third.toString());
        change(
                operator,
                load,
                "sqlite -> h2, which follows",
                "store",
                "swap",
                "documents",
                "--to",
                "h2",
                "--plaintext");
        change(operator, load, "drop sqlite", "store", "drop", "documents");
        change(operator, load, "h2 -> sqlite, anew", "store", "swap", "documents", "--to", "sqlite");
        change(operator, load, "drop h2", "store", "drop", "documents");
        change(operator, load, "update the adapter that idles", "plugin", "update", fourth.toString());
        change(operator, load, "uninstall", "plugin", "uninstall", SampleStore.PLUGIN);
    }

    /** Carries out a command and lets the clients go on for a while, then tells how long writers had to wait at most. */
    private void change(Operator operator, Load load, String what, String... command) {
        String told = operator.run(command).lines().reduce("", (before, line) -> line);
        goOn(what, load);
        say("    " + told);
        Matcher pause = PAUSE.matcher(told);
        if (pause.find()) {
            longestPauseMs = Math.max(longestPauseMs, Long.parseLong(pause.group(1)));
        }
        assertThat(load.failures()).as("failed calls by then: %s", what).isEmpty();
    }

    private void goOn(String what, Load load) {
        int before = load.acknowledgedWrites();
        try {
            assertThat(new CountDownLatch(1).await(SECONDS, TimeUnit.SECONDS)).isFalse();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        assertThat(load.acknowledgedWrites()).as("writes after: %s", what).isGreaterThan(before);
        Duration longest = load.takeLongestWrite();
        say(String.format("%-34s longest write %4d ms", what, longest.toMillis()));
    }

    private void say(String line) {
        System.out.println("SwapIT: " + line);
        report.add(line);
    }
}
