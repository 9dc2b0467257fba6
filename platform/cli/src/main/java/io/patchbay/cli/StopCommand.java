package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "stop", description = "Stops the node and waits until it has ended.", mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {
    static final Duration WAIT = Duration.ofSeconds(60);

    @Mixin
    private HomeOption home;

    private final Screen screen;

    StopCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Integer call() throws Exception {
        try (Node node = Node.running(home)) {
            Value.Struct answer = (Value.Struct) node.ask(Value.struct("op", Value.of("stop")));
            long pid = answer.findInt("pid").orElse(0L);
            Optional<ProcessHandle> process = ProcessHandle.of(pid);
            if (process.isPresent()) {
                process.get().onExit().get(WAIT.toMillis(), TimeUnit.MILLISECONDS);
            }
            screen.print("Stopped.");
            return 0;
        } catch (TimeoutException e) {
            throw CommandException.failed(
                    "The node has been asked to stop, but has not ended within " + WAIT.toSeconds() + " s.");
        }
    }
}
