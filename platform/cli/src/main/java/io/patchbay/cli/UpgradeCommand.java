package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "upgrade",
        description = {
            "Upgrades the whole distribution in place, under the node that runs: what can be swapped is swapped; the node restarts only if the platform changes, and then its clients reconnect and resume.",
            "A version that does not get ready is taken back."
        },
        mixinStandardHelpOptions = true)
final class UpgradeCommand implements Callable<Integer> {
    /** A restart takes a second or two; a version that doesn't get ready is tried twice, and then the one before starts. */
    static final Duration RESTART = Duration.ofSeconds(180);

    private static final long LOOK_MS = 200;

    @Mixin
    private HomeOption home;

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "The zip file of the new distribution.")
    private Optional<Path> file = Optional.empty();

    @Option(names = "--back", description = "Go back to the distribution before the last upgrade.")
    private boolean back;

    @Option(names = "--dry-run", description = "Only say what would happen.")
    private boolean dryRun;

    @Option(names = "--json", description = "The plan as JSON, for scripts; with --dry-run.")
    private boolean json;

    private final Screen screen;

    UpgradeCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Integer call() throws InterruptedException {
        Value.Struct request = request();
        try (Node node = Node.running(home)) {
            if (dryRun) {
                Value.Struct plan = (Value.Struct) node.ask(request.with("dryRun", Value.TRUE));
                if (json) {
                    screen.print(Texts.json(plan));
                } else {
                    print(plan);
                }
                return Texts.of(plan, "problems").isEmpty() ? 0 : Main.FAILED;
            }
            Value.Struct before = (Value.Struct) node.ask(Value.struct("op", Value.of("status")));
            Value.Struct job = (Value.Struct) node.follow(request, screen);
            screen.print(Texts.or(job, "result", "Done."));
            Value.Struct plan = job.fields().get("plan") instanceof Value.Struct told ? told : Value.Struct.EMPTY;
            return Value.TRUE.equals(plan.fields().get("restart"))
                    ? awaitRestart(before, plan.findText("toVersion").orElse(""))
                    : 0;
        }
    }

    private Value.Struct request() {
        if (file.isPresent() == back) {
            throw new CommandException(
                    ExitCodes.WRONG_ARGUMENTS,
                    "Say either the zip file to upgrade to, or --back; see 'patchbay upgrade --help'.");
        }
        if (json && !dryRun) {
            throw new CommandException(ExitCodes.WRONG_ARGUMENTS, "--json goes with --dry-run.");
        }
        Value.Struct request = Value.struct("op", Value.of("upgrade"));
        if (back) {
            return request;
        }
        Path zip = file.get().toAbsolutePath().normalize();
        InputFile.require(zip);
        return request.with("file", Value.of(zip.toString()));
    }

    /** The same home is served by another process, which is ready. */
    private int awaitRestart(Value.Struct before, String version) throws InterruptedException {
        long deadline = System.nanoTime() + RESTART.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<Value.Struct> status = findStatus()
                    .filter(now -> !now.findInt("pid").equals(before.findInt("pid")))
                    .filter(now -> now.findText("state").orElse("").equals("ready"));
            if (status.isPresent()) {
                String runs = status.get().findText("version").orElse("");
                if (!status.get().findText("distribution").equals(before.findText("distribution"))) {
                    screen.print("Patchbay " + runs + " is ready.");
                    return 0;
                }
                throw CommandException.failed("Patchbay " + version + " did not get ready, and " + runs
                        + " serves again; the log of the node says why.");
            }
            Thread.sleep(LOOK_MS);
        }
        throw CommandException.failed("The node has not come back within " + RESTART.toSeconds()
                + " s; if a supervisor starts it, look there, else at the log of the node.");
    }

    private Optional<Value.Struct> findStatus() {
        try (Node node = Node.running(home)) {
            return Optional.of((Value.Struct) node.ask(Value.struct("op", Value.of("status"))));
        } catch (CommandException | NodeGone stoppingOrStarting) {
            return Optional.empty();
        }
    }

    private void print(Value.Struct plan) {
        screen.print("upgrade " + Texts.or(plan, "fromVersion", "?") + " -> " + Texts.or(plan, "toVersion", "?")
                + (Value.TRUE.equals(plan.fields().get("restart"))
                        ? ", with a restart of the node"
                        : ", without a restart"));
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put("changes", "What changes:");
        titles.put("steps", "Steps:");
        titles.put("problems", "It can't be done:");
        titles.forEach((field, title) -> {
            List<String> lines = Texts.of(plan, field);
            if (!lines.isEmpty()) {
                screen.print(title);
                lines.forEach(line -> screen.print("  " + line));
            }
        });
    }
}
