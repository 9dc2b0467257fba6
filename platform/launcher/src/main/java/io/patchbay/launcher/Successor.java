package io.patchbay.launcher;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The process that goes on after an upgrade that changes the platform.
 *
 * <p>Under systemd, or with {@code PATCHBAY_RESTART=exit}, that is the supervisor's work: this process ends with {@link #STATUS}. Otherwise {@code bin/patchbay} is started anew, on the same
 * terminal, and this process ends once the new one is ready. One that ends before it is ready is started again; {@code bin/patchbay} goes back to the version before at the third start.
 */
final class Successor {
    /** As EX_TEMPFAIL of sysexits.h: nothing is wrong, try again. */
    static final int STATUS = 75;

    private static final int STARTS = 3;
    private static final long READY_LIMIT_S = 120;
    private static final long LOOK_MS = 100;

    private final Distribution distribution;
    private final List<String> command = new ArrayList<>();

    Successor(Distribution distribution, List<String> words) {
        this.distribution = distribution;
        boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
        command.add(distribution
                .root()
                .resolve("bin")
                .resolve(windows ? "patchbay.bat" : "patchbay")
                .toString());
        command.addAll(words);
    }

    /** Returns the status to end with. */
    int start() throws InterruptedException {
        Map<String, String> environment = System.getenv();
        if (environment.containsKey("INVOCATION_ID") || "exit".equals(environment.get("PATCHBAY_RESTART"))) {
            System.out.println("patchbay: ends with status " + STATUS + ", to be started again by its supervisor.");
            return STATUS;
        }
        for (int starts = 0; starts < STARTS; starts++) {
            try {
                if (startOne()) {
                    return 0;
                }
            } catch (IOException e) {
                System.err.println("patchbay: can't be started anew: " + Home.describe(e) + ". Start it by hand: "
                        + String.join(" ", command));
                return 1;
            }
        }
        System.err.println("patchbay: did not get ready; the log says why.");
        return 1;
    }

    /** Whether it got ready. */
    private boolean startOne() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().remove("PATCHBAY_ROOT");
        Process process = builder.start();
        Thread forward = new Thread(process::destroy, "stop-successor");
        Runtime.getRuntime().addShutdownHook(forward);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_LIMIT_S);
        while (Trial.isOn(distribution) && System.nanoTime() < deadline) {
            if (process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS)) {
                Runtime.getRuntime().removeShutdownHook(forward);
                return false;
            }
        }
        Runtime.getRuntime().removeShutdownHook(forward);
        if (!process.isAlive()) {
            return false;
        }
        System.out.println("patchbay: goes on as process " + process.pid() + "; 'patchbay stop' stops it.");
        return true;
    }
}
