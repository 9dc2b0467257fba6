package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "keys",
        description = "Shows and changes the keys that seal a home; works beside a running node and on a stopped home.",
        mixinStandardHelpOptions = true)
final class KeysCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private final Screen screen;

    KeysCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command for keys is given.");
    }

    @Command(
            name = "status",
            description = "Says where the master key comes from, and which keys there are; never a key.",
            mixinStandardHelpOptions = true)
    int status(@Mixin HomeOption home, @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        try (Node node = Node.ofHome(home, screen)) {
            Value.Struct status = (Value.Struct) node.ask(Value.struct("op", Value.of("keys.status")));
            if (json) {
                screen.print(Texts.json(status));
                return ExitCodes.DONE;
            }
            screen.print(
                    "Master key  " + Texts.or(status, "masterId", "") + ", from " + Texts.or(status, "masterKey", ""));
            long keys = status.findInt("dataKeys").orElse(1L);
            screen.print("Data key    " + status.findInt("dataKey").orElse(0L) + ", made "
                    + Texts.or(status, "dataKeyMadeAt", "")
                    + (keys > 1 ? "; " + (keys - 1) + " more, with which something is sealed still" : ""));
            screen.print("Sealed      " + status.findInt("secrets").orElse(0L) + " secrets of the node");
            return ExitCodes.DONE;
        }
    }

    @Command(
            name = "rotate",
            description =
                    "Makes a new master key, a new data key, or both if neither is named, and seals what there is anew.",
            mixinStandardHelpOptions = true)
    int rotate(
            @Mixin HomeOption home,
            @Option(names = "--master", description = "A new master key: the data keys are wrapped anew.")
                    boolean master,
            @Option(names = "--data", description = "A new data key: what is sealed is sealed anew.") boolean data,
            @Option(
                            names = "--to",
                            paramLabel = "FILE",
                            description =
                                    "With --master: the file with the new master key, for a node that gets its own from elsewhere than its home.")
                    Optional<Path> to) {
        if (to.isPresent() && !master) {
            throw new ParameterException(spec.commandLine(), "--to goes with --master.");
        }
        boolean both = !master && !data;
        try (Node node = Node.ofHome(home, screen)) {
            Value.Struct request = Value.struct(
                    "op", Value.of("keys.rotate"),
                    "master", Value.of(master || both),
                    "data", Value.of(data || both));
            Value.Struct done = (Value.Struct) node.follow(
                    to.map(file -> request.with(
                                    "to", Value.of(file.toAbsolutePath().toString())))
                            .orElse(request),
                    screen);
            done.findText("masterId")
                    .ifPresent(id -> screen.print("The master key is " + id + " now."
                            + (to.isPresent()
                                    ? " Give it to the node before its next start."
                                    : " Keep a copy of it elsewhere.")));
            done.findInt("secrets")
                    .ifPresent(secrets -> screen.print(secrets + " secrets are sealed with a new data key."));
            Texts.of(done, "stores").forEach(screen::print);
            return ExitCodes.DONE;
        }
    }
}
