package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A node that is started for one command, without a network, and stopped after it. */
final class OfflineNode {
    static final Duration START = Duration.ofSeconds(60);
    static final Duration STOP = Duration.ofSeconds(30);

    private static final String LAUNCHER = "io.patchbay.launcher.Main";
    private static final long LOOK_MS = 50;
    private static final int LINES_SHOWN = 5;

    private final Process process;
    private final Path home;
    private final Path output;

    private OfflineNode(Process process, Path home, Path output) {
        this.process = process;
        this.home = home;
        this.output = output;
    }

    static OfflineNode start(Path home, Screen screen) {
        Path distribution = HomeOption.distribution()
                .orElseThrow(() -> new CommandException(
                        Main.NOT_RUNNING,
                        "No node runs on " + home
                                + ", and none can be started from here; use bin/patchbay of a distribution."));
        screen.note("No node runs on " + home + ": starting one for this command, without a network.");
        try {
            Path output = Files.createTempFile("patchbay-offline-", ".log");
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            distribution.resolve("lib") + File.separator + "*",
                            LAUNCHER,
                            "run",
                            "--offline",
                            "--home",
                            home.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            // However this command ends, the node that it started ends too.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
            return new OfflineNode(process, home, output);
        } catch (IOException e) {
            throw CommandException.failed("A node can't be started: " + InputFile.reason(e) + ".");
        }
    }

    /** A connection once it is ready. */
    ControlConnection connect(Patience patience) {
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<ControlConnection> connection = find(patience);
            if (connection.isPresent()) {
                if (isReady(connection.get())) {
                    return connection.get();
                }
                connection.get().close();
            }
            if (hasEndedWithin(LOOK_MS)) {
                throw failure("The node that was started for this command ended at once");
            }
        }
        process.destroyForcibly();
        throw failure("The node that was started for this command was not ready within " + START.toSeconds() + " s");
    }

    private Optional<ControlConnection> find(Patience patience) {
        try {
            return ControlConnection.find(home, patience);
        } catch (NodeGone e) {
            return Optional.empty();
        }
    }

    private static boolean isReady(ControlConnection connection) {
        try {
            Value.Struct status = (Value.Struct) connection.ask(Value.struct("op", Value.of("status")));
            return status.findText("state").filter("ready"::equals).isPresent();
        } catch (CommandException | NodeGone e) {
            return false;
        }
    }

    void stop(ControlConnection connection) {
        try {
            connection.ask(Value.struct("op", Value.of("stop")));
        } catch (NodeGone e) {
            // It ends, or is made to.
        } finally {
            if (!hasEndedWithin(STOP.toMillis())) {
                process.destroyForcibly();
            }
            try {
                Files.deleteIfExists(output);
            } catch (IOException e) {
                output.toFile().deleteOnExit();
            }
        }
    }

    private boolean hasEndedWithin(long millis) {
        try {
            return process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandException.failed("Interrupted.");
        }
    }

    private CommandException failure(String what) {
        String said = "";
        try {
            List<String> lines = Files.readAllLines(output);
            said = String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
            Files.deleteIfExists(output);
        } catch (IOException e) {
            said = "(its output can't be read)";
        }
        return CommandException.failed(what + "; it said:\n" + said);
    }
}
